//! Which checks run, and in which order: those that were asked for and what they need, visible ones before hidden ones.

use gradus_model::grader::{Check, Grader, Visibility, Worth};
use gradus_model::report::Selection;
use std::collections::BTreeSet;

/// The checks to run, in the order in which they run.
pub fn checks<'g>(grader: &'g Grader, selection: &Selection) -> Vec<&'g Check> {
    let chosen: Vec<&Check> = match selection {
        Selection::All => grader.checks.iter().collect(),
        Selection::Only(ids) => {
            let closure = closure(grader, ids);
            grader.checks.iter().filter(|check| closure.contains(check.id.value.as_str())).collect()
        }
    };
    let (visible, hidden): (Vec<&Check>, Vec<&Check>) =
        chosen.into_iter().partition(|check| check.visibility == Visibility::Visible);
    visible.into_iter().chain(hidden).collect()
}

/// Every check that this one needs, directly or not, gates above it included.
pub fn needed<'g>(grader: &'g Grader, check: &Check) -> BTreeSet<&'g str> {
    let mut needed = closure(grader, std::slice::from_ref(&check.id.value));
    needed.remove(check.id.value.as_str());
    needed
}

/// What a check needs by name, and each gate above it.
pub fn direct_needs<'g>(grader: &'g Grader, check: &Check) -> Vec<&'g Check> {
    let above = grader.checks.iter().take_while(|other| other.id.value != check.id.value);
    let gates = above.filter(|other| other.worth == Worth::Gate);
    gates.chain(check.needs.iter().filter_map(|need| grader.check(&need.value))).collect()
}

/// Of these checks the fewest that, each run with only what it needs before it, show every one of them alone: what a check needs
/// often runs before it just as it would run by itself.
pub fn alone<'g, 'i>(grader: &'g Grader, ids: impl IntoIterator<Item = &'i str>) -> Vec<&'g str> {
    let run = |id: &str| -> Vec<&'g str> {
        let only = Selection::Only(vec![id.to_owned()]);
        checks(grader, &only).into_iter().map(|check| check.id.value.as_str()).collect()
    };
    let runs: Vec<Vec<&str>> = ids.into_iter().map(run).collect();
    let is_shown = |one: &&Vec<&str>| {
        runs.iter().any(|other| other.len() > one.len() && other.starts_with(one) && !one.is_empty())
    };
    runs.iter().filter(|one| !is_shown(one)).filter_map(|one| one.last().copied()).collect()
}

fn closure<'g>(grader: &'g Grader, ids: &[String]) -> BTreeSet<&'g str> {
    let mut open: Vec<&Check> = ids.iter().filter_map(|id| grader.check(id)).collect();
    let mut found = BTreeSet::new();
    while let Some(check) = open.pop() {
        if found.insert(check.id.value.as_str()) {
            open.extend(direct_needs(grader, check));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_model::read;

    /// A grader of checks that are written `id: needed needed`, a hidden one with a `*`.
    fn grader(checks: &str) -> Grader {
        let mut text = "format: 1\nexercise: demo\npass: 50\nchecks:\n".to_owned();
        for check in checks.lines() {
            let (id, needs) = check.trim().split_once(':').expect("a colon");
            let needs: Vec<&str> = needs.split_whitespace().collect();
            let (id, seen) = id.strip_suffix('*').map_or((id, "visible"), |id| (id, "hidden"));
            text.push_str(&format!(
                "  - {{ id: {id}, claim: It works, points: 1, visibility: {seen}, needs: [{}], steps: [{{ get: /, expect: {{ status: 200 }} }}] }}\n",
                needs.join(", ")
            ));
        }
        read::grader("grader.yaml", &text, &|_| Err("none".into())).expect("a right grader")
    }

    fn check(checks: &str, shown: &[&str]) {
        let grader = grader(checks);
        let ids: Vec<&str> = grader.checks.iter().map(|check| check.id.value.as_str()).collect();
        assert_eq!(alone(&grader, ids), shown, "{checks}");
    }

    #[test]
    fn what_nothing_needs_runs_by_itself() {
        check("a:\nb:\nc:", &["a", "b", "c"]);
    }

    #[test]
    fn what_runs_before_another_as_it_would_run_alone_needs_no_run_of_its_own() {
        check("a:\nb: a\nc: b", &["c"]);
        check("a:\nb: a\nc: a", &["b", "c"]);
        // Before `d`, `b` runs after `a`, on which it does not lean.
        check("a:\nb:\nd: a b", &["b", "d"]);
        check("a:\nb*: a\nc: a", &["b", "c"]);
    }

    #[test]
    fn only_what_was_asked_for_runs() {
        let grader = grader("a:\nb: a\nc: b");
        assert_eq!(alone(&grader, ["a", "b"]), ["b"]);
        assert_eq!(alone(&grader, ["a"]), ["a"]);
    }
}
