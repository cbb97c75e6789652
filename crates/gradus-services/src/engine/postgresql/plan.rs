//! How PostgreSQL does a statement: its plan in lines, and which part of it reads most. It asks nobody anything.

use gradus_model::json::Json;

/// A part of a plan.
struct Part {
    text: String,
    /// What it reads by itself, or what it is expected to cost.
    own: f64,
}

/// The lines of `explain (format json)`, the part that reads most with an arrow.
pub fn lines(explained: &Json) -> Vec<String> {
    let plan = match explained {
        Json::Array(plans) => plans.first().and_then(|first| first.get("Plan")),
        _ => None,
    };
    let mut parts = Vec::new();
    plan.into_iter().for_each(|plan| walk(plan, 0, &mut parts));
    let most = parts.iter().map(|part| part.own).fold(0.0, f64::max);
    let mut marked = false;
    let marks = parts.into_iter().map(|Part { text, own }| {
        let is_dearest = !marked && most > 0.0 && own >= most;
        marked |= is_dearest;
        format!("{} {text}", if is_dearest { "→" } else { " " })
    });
    marks.collect()
}

fn walk(node: &Json, depth: usize, parts: &mut Vec<Part>) {
    let text = |key: &str| node.get(key).map(Json::to_text);
    let children: &[Json] = match node.get("Plans") {
        Some(Json::Array(children)) => children,
        _ => &[],
    };
    let read = |node: &Json| match (number(node, "Shared Hit Blocks"), number(node, "Shared Read Blocks")) {
        (Some(hit), Some(read)) => Some(hit + read),
        _ => None,
    };
    let cost = |node: &Json| number(node, "Total Cost").unwrap_or(0.0);
    let mut line = "  ".repeat(depth) + &text("Node Type").unwrap_or_default();
    if let Some(index) = text("Index Name") {
        line.push_str(&format!(" by {index}"));
    }
    if let Some(table) = text("Relation Name") {
        line.push_str(&format!(" on {table}"));
    }
    let own = match read(node) {
        Some(blocks) => {
            let own = blocks - children.iter().filter_map(read).sum::<f64>();
            line.push_str(&format!(": reads {own} blocks"));
            own
        }
        None => {
            let rows = text("Plan Rows").unwrap_or_default();
            line.push_str(&format!(": about {rows} rows"));
            cost(node) - children.iter().map(cost).sum::<f64>()
        }
    };
    if let Some(condition) = text("Index Cond") {
        line.push_str(&format!(", those with {condition}"));
    }
    if let Some(filter) = text("Filter") {
        let left_out = number(node, "Rows Removed by Filter").map(|rows| format!(", leaves out {rows} rows"));
        line.push_str(&format!(
            "{} without {filter}",
            left_out.unwrap_or_else(|| ", leaves out those".into())
        ));
    }
    parts.push(Part { text: line, own });
    children.iter().for_each(|child| walk(child, depth + 1, parts));
}

fn number(node: &Json, key: &str) -> Option<f64> {
    node.get(key)?.to_text().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        lines(&gradus_judge::json::read(text.as_bytes(), Default::default()).expect("JSON").value)
    }

    #[test]
    fn the_part_that_reads_most_by_itself_is_shown() {
        let scan = r#"{"Node Type": "Seq Scan", "Relation Name": "orders", "Filter": "(customer = $1)", "Rows Removed by Filter": 3, "Shared Hit Blocks": 600, "Shared Read Blocks": 37}"#;
        let plan = format!(
            r#"[{{"Plan": {{"Node Type": "Sort", "Shared Hit Blocks": 603, "Shared Read Blocks": 37, "Plans": [{scan}]}}}}]"#
        );
        assert_eq!(
            of(&plan),
            [
                "  Sort: reads 3 blocks",
                "→   Seq Scan on orders: reads 637 blocks, leaves out 3 rows without (customer = $1)"
            ]
        );
    }

    #[test]
    fn a_plan_that_was_not_followed_is_told_by_what_is_expected() {
        let plan = r#"[{"Plan": {"Node Type": "Index Scan", "Relation Name": "a", "Index Name": "i", "Index Cond": "(n = $1)", "Plan Rows": 7, "Total Cost": 8.2}}]"#;
        assert_eq!(of(plan), ["→ Index Scan by i on a: about 7 rows, those with (n = $1)"]);
        assert!(of("[]").is_empty() && of("{}").is_empty());
    }
}
