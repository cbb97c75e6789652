//! The list of todos, in memory and in a file. It knows nothing of HTTP.

use crate::json::Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// One todo; its number grows with each that is added, so the order of numbers is the order of the list.
#[derive(Clone, Debug)]
pub struct Todo {
    pub id: u64,
    pub title: String,
    pub completed: bool,
    pub order: Option<i64>,
}

/// What a client sends: only these fields change, all others stay as they were.
#[derive(Debug, Default)]
pub struct Changes {
    pub title: Option<String>,
    pub completed: Option<bool>,
    pub order: Option<Option<i64>>,
}

/// All todos. Who shares it between threads puts it behind a lock.
pub struct Todos {
    file: PathBuf,
    last_id: u64,
    todos: BTreeMap<u64, Todo>,
}

impl Todo {
    /// What is the same for clients and for the file.
    pub fn fields(&self) -> Vec<(String, Json)> {
        vec![
            ("title".into(), Json::Text(self.title.clone())),
            ("completed".into(), Json::Bool(self.completed)),
            ("order".into(), self.order.map_or(Json::Null, |order| Json::Number(order.to_string()))),
        ]
    }

    fn with(mut self, changes: Changes) -> Self {
        self.title = changes.title.unwrap_or(self.title);
        self.completed = changes.completed.unwrap_or(self.completed);
        self.order = changes.order.unwrap_or(self.order);
        self
    }
}

impl Todos {
    /// The list that the file keeps; an empty one when there is no file yet.
    pub fn open(file: &Path) -> io::Result<Self> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let empty = Self { file: file.to_owned(), last_id: 0, todos: BTreeMap::new() };
        if !file.exists() {
            return Ok(empty);
        }
        let text = fs::read_to_string(file)?;
        restore(&text, empty)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the file of todos is damaged"))
    }

    pub fn all(&self) -> impl Iterator<Item = &Todo> {
        self.todos.values()
    }

    pub fn find(&self, id: u64) -> Option<&Todo> {
        self.todos.get(&id)
    }

    pub fn add(&mut self, fields: Changes) -> io::Result<Todo> {
        // Counted up and kept: the number of a deleted todo never comes back.
        self.last_id += 1;
        let todo =
            Todo { id: self.last_id, title: String::new(), completed: false, order: None }.with(fields);
        let mut todos = self.todos.clone();
        todos.insert(todo.id, todo.clone());
        self.keep(todos)?;
        Ok(todo)
    }

    /// The todo as it is now, or `None` when there is no such todo.
    pub fn change(&mut self, id: u64, changes: Changes) -> io::Result<Option<Todo>> {
        let Some(todo) = self.todos.get(&id) else { return Ok(None) };
        let todo = todo.clone().with(changes);
        let mut todos = self.todos.clone();
        todos.insert(id, todo.clone());
        self.keep(todos)?;
        Ok(Some(todo))
    }

    /// The todo that was removed, or `None` when there is no such todo.
    pub fn remove(&mut self, id: u64) -> io::Result<Option<Todo>> {
        let mut todos = self.todos.clone();
        let removed = todos.remove(&id);
        if removed.is_some() {
            self.keep(todos)?;
        }
        Ok(removed)
    }

    pub fn clear(&mut self) -> io::Result<()> {
        self.keep(BTreeMap::new())
    }

    /// Writes first and believes it afterwards. The rename means that nobody ever sees half a file.
    fn keep(&mut self, todos: BTreeMap<u64, Todo>) -> io::Result<()> {
        let kept = todos.values().map(|todo| {
            let mut fields = todo.fields();
            fields.push(("id".into(), Json::Number(todo.id.to_string())));
            Json::Object(fields)
        });
        let content = Json::Object(vec![
            ("last_id".into(), Json::Number(self.last_id.to_string())),
            ("todos".into(), Json::Array(kept.collect())),
        ]);
        let draft = self.file.with_extension("draft");
        fs::write(&draft, content.to_string())?;
        fs::rename(&draft, &self.file)?;
        self.todos = todos;
        Ok(())
    }
}

fn restore(text: &str, mut list: Todos) -> Option<Todos> {
    let content = Json::parse(text)?;
    list.last_id = content.get("last_id")?.integer()?.try_into().ok()?;
    let Json::Array(todos) = content.get("todos")? else { return None };
    for kept in todos {
        let id = kept.get("id")?.integer()?.try_into().ok()?;
        let (Json::Text(title), Json::Bool(completed)) = (kept.get("title")?, kept.get("completed")?) else {
            return None;
        };
        let order = kept.get("order")?.integer();
        list.todos.insert(id, Todo { id, title: title.clone(), completed: *completed, order });
    }
    Some(list)
}
