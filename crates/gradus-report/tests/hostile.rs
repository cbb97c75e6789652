//! A submission that says the worst it can wherever it can speak: it steers no format and is shown all the same.

use crate::samples::{check, failure, report};
use gradus_model::outcome::{Because, Failure, Outcome, Shown};
use gradus_model::redact::{Audience, Redacted, redact};
use gradus_model::report::{CheckReport, CodePlace, Phase, Progress, Report};
use gradus_report::{Format, exercism, github, gradescope, junit, markdown};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Every word that stands for an attack has `pwn` in it.
pub const EVIL: &str = concat!(
    "\r\n::error::pwn\n  ::add-mask::pwn\n##[error]pwn\n%0A::warning::pwn%25 ]]> <![CDATA[pwn \u{0}\u{fffe}\u{ffff}",
    "<script>pwn()</script></pre></details></style></title><!-- <img src=x onerror=pwn()> \"'onload=pwn ",
    "` `` ``` ```` ~~~\n```\n~~~~\n# pwn\n- pwn\n| pwn | pwn |\n|---|\n> pwn\n    pwn\n\n<b>pwn</b>\n\n</details>\n\n",
    "[pwn](javascript:pwn) ![pwn](http://pwn.example/x.png) http://pwn.example www.pwn.example pwn@pwn.example ",
    "@pwn #1 $pwn$ **pwn** ~~pwn~~ :pwn: \\ [^pwn] &lt;pwn&gt; &#0; &pwn; ${{ github.token }} ",
    "\u{1b}[2J\u{1b}]0;pwn\u{7}\u{9b}31m \u{202e}nwp\u{2066}\u{200b}\u{feff}\u{85}\u{2028}\u{e0001}\u{7f}\r`",
);

fn shown(text: &str) -> Shown {
    Shown { text: text.into(), bytes: text.len() as u64, cut: true }
}

fn places(text: &str) -> Vec<CodePlace> {
    vec![CodePlace { path: text.into(), line: 7 }]
}

fn evil_check(evil: &str) -> CheckReport {
    let Outcome::Failed(mut failure) = failure(evil) else { panic!("it fails") };
    failure.server = Some(evil.into());
    failure.mismatches[0].path = evil.into();
    failure.mismatches[0].note = Some(evil.into());
    if let Some(exchange) = &mut failure.exchange {
        exchange.request.url = evil.into();
        exchange.request.headers = vec![(evil.into(), evil.into())];
        exchange.request.body = shown(evil);
        exchange.curl = evil.into();
        if let Ok(answer) = &mut exchange.answer {
            answer.reason = evil.into();
            answer.headers = vec![(evil.into(), evil.into())];
            answer.body = shown(evil);
        }
    }
    let remarks = vec![evil.into()];
    CheckReport { output: shown(evil), places: places(evil), remarks, ..check(Outcome::Failed(failure)) }
}

fn silent_check(evil: &str) -> CheckReport {
    let mut check = evil_check(evil);
    if let Outcome::Failed(Failure { exchange: Some(exchange), .. }) = &mut check.outcome {
        exchange.answer = Err(evil.into());
    }
    check
}

fn evil_report(evil: &str, progress: Progress) -> Report {
    let gone = Outcome::Skipped(Because::ServerGone(evil.into()));
    let mut report = report(vec![evil_check(evil), silent_check(evil), check(gone)], progress);
    report.submission.name = evil.into();
    report.submission.start = Some(evil.into());
    for phase in report.build.iter_mut().chain(&mut report.boot) {
        *phase = Phase { command: evil.into(), output: shown(evil), places: places(evil), ..phase.clone() };
    }
    report
}

fn evil_reports(evil: &str) -> Vec<Redacted> {
    let all = [
        Progress::Complete,
        Progress::NotBuilt(evil.into()),
        Progress::NotBooted(evil.into()),
        Progress::CutShort(evil.into()),
    ];
    all.map(|progress| redact(evil_report(evil, progress), Audience::Learner)).into()
}

#[test]
fn no_format_lets_through_what_steers_a_reader() {
    let every: String =
        (0..0x3000_u32).chain(0xfe00..0x1_0000).chain(0xe0000..0xe0080).filter_map(char::from_u32).collect();
    for evil in [EVIL, &every] {
        for report in evil_reports(evil) {
            // JSON of Gradus holds what was said as it was said, escaped by its rules.
            for name in Format::names().into_iter().filter(|name| *name != "json") {
                let text = Format::parse(name).expect("a format").write(&report);
                let steers = |c: &char| {
                    (c.is_control() && !matches!(c, '\n' | '\t'))
                        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                        || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
                };
                assert_eq!(text.chars().find(steers), None, "{name}");
            }
        }
    }
}

#[test]
fn junit_stays_the_same_tree() {
    for (report, cases) in evil_reports(EVIL).into_iter().zip([5, 5, 5, 6]) {
        let text = junit::write(&[report]);
        let document = roxmltree::Document::parse(&text).expect("XML");
        let elements = document.descendants().filter(|node| node.is_element());
        for element in elements {
            let known = [
                "testsuites",
                "testsuite",
                "properties",
                "property",
                "testcase",
                "failure",
                "error",
                "skipped",
                "system-out",
            ];
            assert!(known.contains(&element.tag_name().name()), "{element:?}");
        }
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("testcase")).count(), cases);
        let said =
            document.descendants().find(|node| node.has_tag_name("system-out")).and_then(|node| node.text());
        let said = said.expect("what was said");
        assert!(said.contains("]]> <![CDATA[pwn ␀\\u{fffe}\\u{ffff}<script>pwn()</script>"), "{said}");
    }
}

#[test]
fn github_gets_its_own_commands_and_no_others() {
    for (report, lines) in evil_reports(EVIL).into_iter().zip([3, 4, 4, 4]) {
        let text = github::annotations(&report, "");
        assert_eq!(text.lines().count(), lines, "{text}");
        for line in text.lines() {
            let rest = ["::error ", "::warning ", "::notice "];
            let rest = rest.iter().find_map(|start| line.strip_prefix(start)).expect("a command of ours");
            // The runner takes everything up to the next two colons for properties, and parts these at commas.
            let (properties, message) = rest.split_once("::").expect("a message");
            let names: Vec<&str> =
                properties.split(',').filter_map(|property| Some(property.split_once('=')?.0)).collect();
            assert!(matches!(names[..], ["title"] | ["file", "line", "title"]), "{properties}");
            assert!(!properties.contains(':'), "{properties}");
            assert!(properties.split(',').count() == names.len(), "{properties}");
            assert!(!line.contains("##["), "the old form is read anywhere in a line: {line}");
            let escapes = message.match_indices('%').map(|(at, _)| message.get(at..at + 3));
            assert!(escapes.into_iter().all(|escape| matches!(escape, Some("%25" | "%0A"))), "{message}");
        }
        assert!(text.contains("%250A::warning::pwn%2525"), "what was said reads as it was said");
    }
}

/// What of the text stands outside of code, and the HTML.
fn outside_code(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut html, mut in_code) = (String::new(), Vec::new(), false);
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Html(said) | Event::InlineHtml(said) => html.push(said.into_string()),
            Event::Text(said) if !in_code => outside.push_str(&said),
            Event::InlineMath(said) | Event::DisplayMath(said) => panic!("a formula: {said}"),
            Event::FootnoteReference(said) => panic!("a footnote: {said}"),
            Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. } | Tag::BlockQuote(_))) => {
                panic!("{tag:?}")
            }
            _ => {}
        }
    }
    (outside, html)
}

#[test]
fn markdown_keeps_what_was_said_in_code() {
    for report in evil_reports(EVIL) {
        let text = markdown::write(&report);
        let (outside, html) = outside_code(&text);
        assert!(!outside.contains("pwn"), "{outside}");
        assert_eq!(html, Vec::<String>::new());
        assert!(text.contains("<script>pwn()</script>"));
        let summary = markdown::github_summary(&report);
        let (outside, html) = outside_code(&summary);
        assert!(!outside.contains("pwn"), "{outside}");
        let html = html.concat();
        let fold = "<details><summary>❌ <b>It answers</b> 0/10</summary>\n</details>\n";
        assert_eq!(html, fold.repeat(2));
    }
}

#[test]
fn an_author_writes_text_not_markdown() {
    let mut report = evil_report("x", Progress::Complete);
    for check in &mut report.checks {
        check.claim = EVIL.into();
        check.hint = Some(EVIL.into());
    }
    report.exercise.title = EVIL.into();
    let (outside, html) = outside_code(&markdown::write(&redact(report.clone(), Audience::Learner)));
    assert!(outside.contains("[pwn](javascript:pwn) ![pwn](http://pwn.example/x.png)"), "{outside}");
    assert_eq!(html, Vec::<String>::new());
    let summary = markdown::github_summary(&redact(report, Audience::Learner));
    let html = outside_code(&summary).1.concat();
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
}

#[test]
fn programs_read_what_was_said_as_text() {
    for report in evil_reports(EVIL) {
        for text in [gradescope::write(&report), exercism::write(&report), Format::Classroom50.write(&report)]
        {
            let value: serde_json::Value = text.parse().expect("JSON");
            assert!(value.to_string().contains("pwn()</script>"));
        }
    }
}
