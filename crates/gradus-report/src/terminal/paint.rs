//! Colours, or none.

/// Colours, or none.
#[derive(Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Good.
    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    /// Bad.
    pub fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    /// Ours.
    pub fn magenta(self, text: &str) -> String {
        self.with("35", text)
    }

    /// Worth a look.
    pub fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    /// Beside the point.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// To the point.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Bad and to the point.
    pub fn bold_red(self, text: &str) -> String {
        self.with("1;31", text)
    }
}
