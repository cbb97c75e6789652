//! Two programs side by side, and a ranking of such pairs, as a browser reads them.

use crate::hostile::EVIL;
use crate::markup::holds;
use gradus_report::beside::{Beside, File, Ranked, html, ranking};

fn ranked(link: Option<&str>) -> Ranked {
    Ranked { names: [EVIL.into(), "bob".into()], percent: 93, shared: 120, link: link.map(str::to_owned) }
}

fn file(text: &str, alike: Vec<(u32, u32, usize)>) -> File {
    File { path: EVIL.into(), text: text.into(), alike }
}

#[test]
fn a_ranking_tells_names_and_leads_to_each_pair() {
    let pairs = [ranked(Some("pair-1.html")), ranked(None)];
    let read = holds(&ranking(EVIL, &pairs), &["pair-1.html"]);
    read.can_be_heard();
    assert_eq!((read.count("tr"), read.count("a")), (3, 1));
    assert!(read.text.borrow().contains("<script>pwn()</script></pre></details></style></title>"));
    holds(&ranking("Demo", &[]), &[]).can_be_heard();
}

#[test]
fn what_is_alike_stands_in_both_and_each_leads_to_the_other() {
    let one = file(&format!("first\nsecond\nthird\n{EVIL}"), vec![(2, 3, 1)]);
    let other = file("before\nsecond\nthird\n", vec![(2, 3, 1)]);
    let page = html(&Beside { ranked: ranked(None), files: [vec![one], vec![other]], stretches: 1 });
    let read = holds(&page, &[]);
    read.can_be_heard();
    let marked = read.all("class").iter().filter(|class| class.starts_with("alike")).count();
    assert_eq!(marked, 4, "two lines on each side");
    assert_eq!(read.all("href"), ["#s0-1", "#s1-1", "#s0-1"]);
    assert!(
        read.text.borrow().contains("<script>pwn()</script></pre></details></style></title><!-- <img src=x")
    );
}
