//! What the names of exported files tell. It touches no file.

/// What a name tells.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// The learner's number in the other system.
    pub id: String,
    /// The learner's name.
    pub name: String,
    /// What the learner called the file; a folder of files has no such name.
    pub file: Option<String>,
    /// Whether it is what was typed into a form.
    pub is_text: bool,
}

/// Moodle: `Ada Lovelace_12345_assignsubmission_file_`, a folder, or the same with the file's own name behind it.
pub fn moodle(name: &str) -> Option<Told> {
    let (who, rest) = name.split_once("_assignsubmission_")?;
    let (name, id) = who.rsplit_once('_')?;
    let (kind, file) = rest.split_once('_').unwrap_or((rest, ""));
    if !is_number(id) || !matches!(kind, "file" | "onlinetext") {
        return None;
    }
    Some(Told {
        id: id.to_owned(),
        name: name.to_owned(),
        file: Some(file.to_owned()).filter(|file| !file.is_empty()),
        is_text: kind == "onlinetext",
    })
}

/// Canvas: `lovelaceada_12345_67890_app.py`, with `LATE_` before the numbers when it was.
pub fn canvas(name: &str) -> Option<Told> {
    let (who, rest) = name.split_once('_')?;
    let rest = rest.strip_prefix("LATE_").unwrap_or(rest);
    let (id, rest) = rest.split_once('_')?;
    let (submission, file) = rest.split_once('_')?;
    let is_told = !who.is_empty() && is_number(id) && is_number(submission) && !file.is_empty();
    is_told.then(|| Told {
        id: id.to_owned(),
        name: who.to_owned(),
        file: Some(without_version(file)),
        is_text: file == "text.html",
    })
}

/// Canvas numbers what is handed in again: `app-1.py`, `work-2.tar.gz`.
fn without_version(file: &str) -> String {
    let (stem, end) = file.split_once('.').map_or((file, ""), |(stem, _)| file.split_at(stem.len()));
    match stem.rsplit_once('-') {
        Some((before, version)) if is_number(version) && !before.is_empty() => format!("{before}{end}"),
        _ => file.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What all names begin with, up to a dash.
pub fn common_prefix<'n>(names: &[&'n str]) -> &'n str {
    let Some((first, rest)) = names.split_first() else { return "" };
    let shared = rest.iter().fold(first.len(), |shared, name| {
        let same = first.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
        shared.min(same)
    });
    let end = first.as_bytes()[..shared].iter().rposition(|byte| *byte == b'-').map_or(0, |dash| dash + 1);
    // Nobody is called nothing.
    if names.iter().any(|name| name.len() == end) { "" } else { &first[..end] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(told: Option<Told>) -> Option<(String, String, Option<String>, bool)> {
        told.map(|told| (told.id, told.name, told.file, told.is_text))
    }

    fn some(id: &str, name: &str, file: Option<&str>) -> Option<(String, String, Option<String>, bool)> {
        Some((id.to_owned(), name.to_owned(), file.map(str::to_owned), false))
    }

    #[test]
    fn moodle_puts_name_and_number_first() {
        assert_eq!(
            told(moodle("Ada Lovelace_12345_assignsubmission_file_")),
            some("12345", "Ada Lovelace", None)
        );
        assert_eq!(told(moodle("Ada_B_7_assignsubmission_file")), some("7", "Ada_B", None));
        assert_eq!(
            told(moodle("Ada_7_assignsubmission_file_my_work.zip")),
            some("7", "Ada", Some("my_work.zip"))
        );
        assert!(moodle("Ada_7_assignsubmission_onlinetext_").is_some_and(|told| told.is_text));
        for name in
            ["ada", "ada_assignsubmission_file_", "ada_x_assignsubmission_file_", "a_7_assignsubmission_x"]
        {
            assert_eq!(moodle(name), None, "{name}");
        }
    }

    #[test]
    fn canvas_puts_name_and_two_numbers_first() {
        assert_eq!(told(canvas("lovelaceada_12_345_app.py")), some("12", "lovelaceada", Some("app.py")));
        assert_eq!(
            told(canvas("lovelaceada_LATE_12_345_app-2.py")),
            some("12", "lovelaceada", Some("app.py"))
        );
        assert_eq!(told(canvas("a_1_2_my_work-1.tar.gz")), some("1", "a", Some("my_work.tar.gz")));
        for name in ["app.py", "a_b_c", "a_1_x_app.py", "_1_2_app.py", "a_1_2_"] {
            assert_eq!(canvas(name), None, "{name}");
        }
    }

    #[test]
    fn what_all_names_begin_with_ends_at_a_dash() {
        assert_eq!(common_prefix(&["hello-service-ada", "hello-service-alan"]), "hello-service-");
        assert_eq!(common_prefix(&["ada", "alan"]), "");
        assert_eq!(common_prefix(&["x-", "x-a"]), "");
        assert_eq!(common_prefix(&["hello-ä", "hello-å"]), "hello-");
    }
}
