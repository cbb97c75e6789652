//! Where in a submission's own files a stack trace or a compiler points. It is given text and names of files, and reads none;
//! what a program prints is only ever matched with files that are there.

use gradus_model::report::CodePlace;
use regex::Regex;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

/// Places that are told of one text.
const MOST: usize = 3;
/// Lines of a text that are looked at, from its end.
const LINES: usize = 2000;
/// Characters of a line that are looked at.
const WIDTH: usize = 1000;

/// A path, and what stands between it and the number of a line:
/// `app.js:12`, `File "app.py", line 12`, `index.php on line 12`, `index.php(12)`, `Main.java:[12,5]`.
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"((?:[\w@~+./-]*/)?[\w@+.-]*\w\.[A-Za-z]{1,6})(?:", line |:\[|:|\(| on line )([0-9]{1,7})\b"#,
    )
    .ok()
});

/// What a submission's programs know of its files.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its files, relative to it.
    pub files: Vec<PathBuf>,
    /// Where it lies, as its programs see it.
    pub root: PathBuf,
    /// Where they are started, relative to it.
    pub dir: PathBuf,
}

/// Whether a text may point at a line at all.
pub fn may_point(text: &str) -> bool {
    lines(text).any(|line| !mentions(line).is_empty())
}

/// The lines of the submission's own files that a text points at: of each trace the one nearest to what went wrong, in the
/// text's order; a few at most.
pub fn places(text: &str, home: &Home) -> Vec<CodePlace> {
    let mut found: Vec<CodePlace> = Vec::new();
    let mut trace = Trace::default();
    for line in lines(text) {
        let python = line.trim_start().starts_with("File \"");
        let own = mentions(line).into_iter().find_map(|(path, number)| home.place(path, number));
        if !trace.goes_on(line) {
            found.extend(trace.end());
        }
        if let Some(place) = own {
            trace.point(place, python);
        }
    }
    found.extend(trace.end());
    let mut told: Vec<CodePlace> = Vec::new();
    for place in found {
        if !told.contains(&place) {
            told.push(place);
        }
    }
    told.truncate(MOST);
    told
}

/// Lines that belong together: Python tells the innermost call last, everybody else first.
#[derive(Debug, Default)]
struct Trace {
    nearest: Option<CodePlace>,
}

impl Trace {
    fn point(&mut self, place: CodePlace, python: bool) {
        if python || self.nearest.is_none() {
            self.nearest = Some(place);
        }
    }

    /// Whether a line belongs to the same trace: it is set in, names a frame, or is a call as Go writes it above its place.
    fn goes_on(&self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let frame = line.starts_with(char::is_whitespace) && !trimmed.is_empty();
        let call = line.trim_end().ends_with(')') && !line.contains(' ');
        frame
            || call
            || trimmed.starts_with("from ")
            || trimmed.starts_with('#')
            || trimmed.starts_with("created by ")
    }

    fn end(&mut self) -> Option<CodePlace> {
        self.nearest.take()
    }
}

impl Home {
    fn place(&self, path: &str, line: u32) -> Option<CodePlace> {
        let path = path.trim_start_matches("file://");
        let file = if Path::new(path).is_absolute() {
            self.known(Path::new(path).strip_prefix(&self.root).ok()?)
        } else {
            let relative = Path::new(path).strip_prefix(".").unwrap_or(Path::new(path));
            self.known(&self.dir.join(relative))
                .or_else(|| self.known(relative))
                .or_else(|| self.only(relative))
        };
        let path = file?.to_str()?.to_owned();
        (line > 0).then_some(CodePlace { path, line })
    }

    fn known(&self, path: &Path) -> Option<&PathBuf> {
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        self.files.iter().find(|file| plain && *file == path)
    }

    /// The only file whose path ends so: Java names no folders.
    fn only(&self, path: &Path) -> Option<&PathBuf> {
        let mut ending = self.files.iter().filter(|file| file.ends_with(path));
        ending.next().filter(|_| ending.next().is_none())
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let all: Vec<&str> = text.lines().collect();
    let from = all.len().saturating_sub(LINES);
    all.into_iter()
        .skip(from)
        .map(|line| line.char_indices().nth(WIDTH).map_or(line, |(end, _)| &line[..end]))
}

fn mentions(line: &str) -> Vec<(&str, u32)> {
    let Some(pattern) = &*PLACE else { return Vec::new() };
    pattern
        .captures_iter(line)
        .filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str().parse().ok()?)))
        .collect()
}
