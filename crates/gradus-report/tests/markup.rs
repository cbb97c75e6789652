//! A page, read by a browser's tokenizer: what it is made of, and that nothing else is in it.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;

/// What was read of a page.
#[derive(Default)]
pub struct Read {
    pub tags: RefCell<Vec<Tag>>,
    pub text: RefCell<String>,
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

const TAGS: [&str; 38] = [
    "html", "head", "meta", "title", "style", "body", "a", "header", "main", "h1", "h2", "h3", "h4", "p",
    "strong", "div", "section", "nav", "ul", "ol", "li", "details", "summary", "span", "pre", "code", "dl",
    "dt", "dd", "mark", "time", "bdi", "table", "thead", "tbody", "tr", "th", "td",
];
const VOID: [&str; 1] = ["meta"];
const ATTRIBUTES: [&str; 19] = [
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
    "role",
    "colspan",
    "title",
];

impl Read {
    /// The values of all attributes of that name, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        let tags = self.tags.borrow();
        let attributes = tags.iter().flat_map(|tag| &tag.attrs);
        let named = attributes.filter(|attribute| &*attribute.name.local == name);
        named.map(|attribute| attribute.value.to_string()).collect()
    }

    /// How many elements of that name there are.
    pub fn count(&self, name: &str) -> usize {
        let is = |tag: &&Tag| tag.kind == TagKind::StartTag && &*tag.name == name;
        self.tags.borrow().iter().filter(is).count()
    }

    /// Headings go down by one step at a time, each id is there once, each label and each link within the page leads
    /// somewhere, and every cell that heads others says which.
    pub fn can_be_heard(&self) {
        let tags = self.tags.borrow();
        let level = |tag: &Tag| match &*tag.name {
            "h1" => Some(1),
            "h2" => Some(2),
            "h3" => Some(3),
            "h4" => Some(4),
            _ => None,
        };
        let started = || tags.iter().filter(|tag| tag.kind == TagKind::StartTag);
        let levels: Vec<u32> = started().filter_map(level).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "one title: {levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        let mut ids = self.all("id");
        for link in self.all("href").iter().filter_map(|link| link.strip_prefix('#')) {
            assert!(ids.iter().any(|id| id == link), "{link}");
        }
        for label in self.all("aria-labelledby") {
            assert!(ids.contains(&label), "{label}");
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "each id is there once");
        for head in started().filter(|tag| &*tag.name == "th") {
            assert!(head.attrs.iter().any(|attribute| &*attribute.name.local == "scope"), "{head:?}");
        }
    }
}

/// Every tag and attribute is one that a page writes, nothing is fetched, links lead within the page or to one of `links`,
/// and what opens closes.
pub fn holds(page: &str, links: &[&str]) -> Read {
    let read = read(page);
    assert_eq!(*read.errors.borrow(), Vec::<String>::new());
    let mut open: Vec<String> = Vec::new();
    for tag in read.tags.borrow().iter() {
        assert!(TAGS.contains(&&*tag.name), "{tag:?}");
        for attribute in &tag.attrs {
            assert!(ATTRIBUTES.contains(&&*attribute.name.local), "{tag:?}");
            if &*attribute.name.local == "href" {
                let known = attribute.value.starts_with('#') || links.contains(&&*attribute.value);
                assert!(known, "{tag:?}");
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
