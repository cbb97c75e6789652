//! Reads requests that a stub sends to the submission. What they are an answer to is not known here.

use super::files::Folder;
use super::request;
use super::stub::METHODS;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::stub::{Callback, When};
use crate::tree::{Node, NodeKind};
use std::time::Duration;

/// More of the same says nothing more.
const MOST_TIMES: i64 = 100;

/// `callbacks: [ { post: $(json_callback_url), json: …, times: 2 }, … ]`.
pub fn callbacks(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Callback> {
    let items = decode::list(node, problems);
    if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
        problems.add(Diagnostic::new("there are no callbacks", node.span));
    }
    items.iter().filter_map(|item| callback(item, folder, problems)).collect()
}

fn callback(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Callback> {
    let mut fields = Fields::of(node, "a callback, a map", problems)?;
    let mut targets: Vec<_> = METHODS.into_iter().filter_map(|method| fields.take_entry(method)).collect();
    targets.sort_by_key(|(key, _)| key.span);
    if let [_, (second, _), ..] = targets.as_slice() {
        problems.add(
            Diagnostic::new("this callback sends two requests", second.span).help("make it two callbacks"),
        );
    }
    let Some((key, path)) = targets.into_iter().next() else {
        problems.add(
            Diagnostic::new("this callback sends nothing", node.span)
                .help("write `post: $(json_KEY)` for an address that the submission sent, or `post: /path`"),
        );
        return None;
    };
    let method = key.value.to_ascii_uppercase();
    let outgoing = request::outgoing(&mut fields, method, Some(path), node.span, folder, problems);
    let when = fields.take("when").and_then(|node| {
        let words = [("before_answer", When::BeforeAnswer), ("after_answer", When::AfterAnswer)];
        decode::word(node, &words, problems)
    });
    let delay = fields.take("delay").and_then(|node| decode::duration(node, problems));
    let times = fields.take("times").and_then(|node| decode::whole(node, 1, MOST_TIMES, problems));
    fields.finish(problems);
    Some(Callback {
        outgoing,
        when: when.unwrap_or(When::AfterAnswer),
        delay: delay.unwrap_or(Duration::ZERO),
        times: times.unwrap_or(1) as u32,
    })
}
