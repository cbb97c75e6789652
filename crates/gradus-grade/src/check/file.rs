//! Questions to a file of SQLite: what the submission has made of it is copied, and the copy is asked.

use super::Bench;
use gradus_model::json::Json;
use gradus_model::service::Role;
use gradus_services::engine::sqlite;
use std::fs;

/// A larger file is not looked at.
const MOST: u64 = 256 << 20;

/// The rows, or why there are none.
pub async fn ask(bench: &mut Bench<'_>, name: &str, statement: &str, role: Role) -> Result<Json, String> {
    let data = bench.target.data_dir().ok_or("files can't be read here")?;
    let copy = tempfile::TempDir::with_prefix("gradus-file-").map_err(|error| error.to_string())?;
    let copied = copy.path().join("copy.db");
    // What has not been written to the file itself yet stands beside it.
    for beside in ["", "-wal", "-journal"] {
        let path = data.join(format!("{name}.db{beside}"));
        match bench.target.collect(&path.to_string_lossy(), MOST).await {
            Ok(bytes) if bytes.len() as u64 == MOST => return Err("its file is too large".to_owned()),
            Ok(bytes) => {
                let to = copy.path().join(format!("copy.db{beside}"));
                fs::write(to, bytes).map_err(|error| error.to_string())?;
            }
            Err(why) if beside.is_empty() => return Err(format!("its file can't be read: {why}")),
            Err(_) => {}
        }
    }
    let statement = statement.to_owned();
    let asked = tokio::task::spawn_blocking(move || sqlite::ask(&copied, &statement, role)).await;
    let answer = asked.map_err(|error| error.to_string())??;
    bench.upstreams.backing().note_cost(name, answer.cost);
    answer.rows
}
