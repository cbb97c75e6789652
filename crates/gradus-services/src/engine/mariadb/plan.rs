//! How MariaDB does a statement: its plan in lines, and which table of it is read most. It asks nobody anything.

use gradus_model::json::Json;

/// A table of a plan.
struct Part {
    text: String,
    rows: f64,
}

/// How many rows all parts of it read.
pub fn rows(explained: &Json) -> u64 {
    let mut parts = Vec::new();
    walk(explained, &mut parts);
    parts.into_iter().map(|part| part.rows).sum::<f64>().round() as u64
}

/// The lines of `analyze format=json` or `explain format=json`, the table of which most rows are read with an arrow.
pub fn lines(explained: &Json) -> Vec<String> {
    let mut parts = Vec::new();
    walk(explained, &mut parts);
    let most = parts.iter().map(|part| part.rows).fold(0.0, f64::max);
    let mut marked = false;
    let marks = parts.into_iter().map(|Part { text, rows }| {
        let is_dearest = !marked && most > 0.0 && rows >= most;
        marked |= is_dearest;
        format!("{} {text}", if is_dearest { "→" } else { " " })
    });
    marks.collect()
}

fn walk(node: &Json, parts: &mut Vec<Part>) {
    match node {
        Json::Array(items) => items.iter().for_each(|item| walk(item, parts)),
        Json::Object(entries) => {
            for (key, inner) in entries {
                match key.as_str() {
                    "table" => parts.extend(table(inner)),
                    "filesort" => parts.push(Part { text: "sorts".to_owned(), rows: 0.0 }),
                    "temporary_table" => {
                        parts.push(Part { text: "fills a temporary table".to_owned(), rows: 0.0 });
                    }
                    _ => {}
                }
                walk(inner, parts);
            }
        }
        _ => {}
    }
}

fn table(node: &Json) -> Option<Part> {
    let text = |key: &str| node.get(key).map(Json::to_text);
    let number = |key: &str| text(key).and_then(|text| text.parse::<f64>().ok());
    let name = text("table_name")?;
    let loops = number("r_loops").unwrap_or(1.0);
    // What was read where it was done, and what is expected otherwise.
    let (rows, about) = match number("r_rows") {
        Some(rows) => (rows * loops, ""),
        None => (number("rows").unwrap_or(0.0), "about "),
    };
    let how = match (text("access_type").as_deref(), text("key")) {
        (Some("ALL"), _) => "reads every row".to_owned(),
        (Some("index"), Some(key)) => format!("reads all of the index {key}"),
        (_, Some(key)) => format!("by the index {key}"),
        (kind, None) => kind.unwrap_or_default().to_owned(),
    };
    let mut line = format!("{name}: {how}, {about}{rows} rows");
    if let Some(condition) = text("attached_condition") {
        let kept = number("r_filtered").map(|kept| format!(", keeps {kept:.2} %"));
        line.push_str(&format!("{} where {condition}", kept.unwrap_or_default()));
    }
    Some(Part { text: line, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_which_most_is_read_is_shown() {
        let text = r#"{"query_block": {"filesort": {"nested_loop": [
            {"table": {"table_name": "c", "access_type": "ref", "key": "by_name", "r_loops": 1, "rows": 2, "r_rows": 2}},
            {"table": {"table_name": "o", "access_type": "ALL", "r_loops": 2, "rows": 90, "r_rows": 100, "r_filtered": 0.5, "attached_condition": "o.c = c.id"}}]}}}"#;
        let read = gradus_judge::json::read(text.as_bytes(), Default::default()).expect("JSON").value;
        assert_eq!(
            lines(&read),
            [
                "  sorts",
                "  c: by the index by_name, 2 rows",
                "→ o: reads every row, 200 rows, keeps 0.50 % where o.c = c.id"
            ]
        );
    }
}
