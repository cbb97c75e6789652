//! The page, read by a browser's tokenizer.

use crate::hostile::EVIL;
use crate::samples::{check, failure, graded, outcomes, report};
use gradus_model::grader::Visibility;
use gradus_model::outcome::{Outcome, Shown};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::{CheckReport, Progress};
use gradus_report::html;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;

#[derive(Default)]
struct Read {
    tags: RefCell<Vec<Tag>>,
    text: RefCell<String>,
    errors: RefCell<Vec<String>>,
}

impl TokenSink for Read {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let start = tag.kind == TagKind::StartTag;
                let raw = match &*tag.name {
                    "style" => Some(RawKind::Rawtext),
                    "title" => Some(RawKind::Rcdata),
                    _ => None,
                };
                self.tags.borrow_mut().push(tag);
                if let Some(kind) = raw.filter(|_| start) {
                    return TokenSinkResult::RawData(kind);
                }
            }
            Token::CharacterTokens(text) => self.text.borrow_mut().push_str(&text),
            Token::ParseError(error) => self.errors.borrow_mut().push(error.into_owned()),
            Token::CommentToken(text) => self.errors.borrow_mut().push(format!("a comment: {text}")),
            Token::NullCharacterToken => self.errors.borrow_mut().push("a NUL".into()),
            Token::DoctypeToken(_) | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

fn read(page: &str) -> Read {
    let tokenizer =
        Tokenizer::new(Read::default(), TokenizerOpts { exact_errors: true, ..Default::default() });
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(page));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

const TAGS: [&str; 37] = [
    "html", "head", "meta", "title", "style", "body", "a", "header", "main", "h1", "h2", "h3", "h4", "p",
    "strong", "div", "section", "nav", "ul", "ol", "li", "details", "summary", "span", "pre", "code", "dl",
    "dt", "dd", "mark", "time", "table", "thead", "tbody", "tr", "th", "td",
];
const VOID: [&str; 1] = ["meta"];
const ATTRIBUTES: [&str; 16] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "id",
    "aria-labelledby",
    "aria-hidden",
    "aria-label",
    "style",
    "open",
    "datetime",
    "scope",
    "tabindex",
];

/// Every tag and attribute is one that the page writes, nothing is fetched, and what opens closes.
fn holds(page: &str) -> Read {
    let read = read(page);
    assert_eq!(*read.errors.borrow(), Vec::<String>::new());
    let mut open: Vec<String> = Vec::new();
    for tag in read.tags.borrow().iter() {
        assert!(TAGS.contains(&&*tag.name), "{tag:?}");
        for attribute in &tag.attrs {
            assert!(ATTRIBUTES.contains(&&*attribute.name.local), "{tag:?}");
            if &*attribute.name.local == "href" {
                assert!(attribute.value.starts_with('#'), "{tag:?}");
            }
        }
        match tag.kind {
            TagKind::StartTag if VOID.contains(&&*tag.name) => {}
            TagKind::StartTag => open.push(tag.name.to_string()),
            TagKind::EndTag => assert_eq!(open.pop().as_deref(), Some(&*tag.name)),
        }
    }
    assert_eq!(open, Vec::<String>::new());
    read
}

fn everything() -> Vec<CheckReport> {
    let mut checks: Vec<CheckReport> = outcomes().into_iter().map(check).collect();
    for (at, check) in checks.iter_mut().enumerate() {
        check.id = format!("c{at}");
    }
    checks[0].visibility = Visibility::Hidden;
    checks
}

#[test]
fn a_page_tells_all_of_a_failed_check() {
    let read = holds(&html::write(&graded(everything())));
    let text = read.text.borrow();
    for said in [
        "Demo",
        "work",
        "incomplete",
        "It answers",
        "GET http://h/",
        "200 OK",
        "json.a",
        "wanted: - 1\n",
        "got: + the number 2\n",
        "expect: { json: { a: 1 } }",
        "grader.yaml, line 7",
        "log line",
        "Count from 1.",
        "gradus check --only a --seed 7",
        "skipped: it needs b",
        "no disk",
        "Time line",
        "A plain child process.",
    ] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn a_page_is_a_page_whatever_became_of_the_grading() {
    for progress in [
        Progress::Complete,
        Progress::NotBuilt("it does not".into()),
        Progress::NotBooted("it does not".into()),
        Progress::CutShort("interrupted".into()),
    ] {
        let mut bare = report(Vec::new(), progress);
        (bare.build, bare.boot, bare.usage) = (None, None, None);
        holds(&html::write(&redact(bare, Audience::Learner)));
    }
}

#[test]
fn ids_are_there_once_and_every_link_leads_somewhere() {
    let mut checks = everything();
    checks.extend([CheckReport { id: "second".into(), ..check(failure("x")) }]);
    let read = holds(&html::write(&graded(checks)));
    let tags = read.tags.borrow();
    let all = |name: &str| -> Vec<String> {
        let attributes = tags.iter().flat_map(|tag| &tag.attrs);
        attributes
            .filter(|attribute| &*attribute.name.local == name)
            .map(|attribute| attribute.value.to_string())
            .collect()
    };
    let mut ids = all("id");
    let links =
        all("href").into_iter().map(|link| link.trim_start_matches('#').to_owned()).collect::<Vec<_>>();
    assert!(links.len() >= 3, "{links:?}");
    assert!(links.iter().chain(&all("aria-labelledby")).all(|link| ids.contains(link)), "{links:?} {ids:?}");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn a_submission_writes_text_not_tags() {
    let mut hostile = check(failure(EVIL));
    hostile.output = Shown::new(EVIL.as_bytes(), 10_000);
    hostile.claim = EVIL.into();
    let mut report = report(vec![hostile, check(Outcome::Passed)], Progress::NotBooted(EVIL.into()));
    report.submission.name = EVIL.into();
    report.exercise.title = EVIL.into();
    report.started = EVIL.into();
    let read = holds(&html::write(&redact(report, Audience::Learner)));
    assert!(
        read.text.borrow().contains("<script>pwn()</script></pre></details></style></title><!-- <img src=x")
    );
}
