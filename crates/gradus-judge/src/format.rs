//! The text formats that markers name: UUID, RFC 3339, absolute URL, address. Each is a question about text and nothing else.

mod datetime;
mod url;

pub use datetime::{is_date, is_datetime};
pub use url::is_url;

/// A UUID in its text form, in either case (RFC 9562 §4).
pub fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Something like an address: one `@`, a dot in the domain, no blanks and no empty parts.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let blank = |character: char| character.is_whitespace() || character.is_control();
    !local.is_empty()
        && !text.contains(blank)
        && !domain.contains('@')
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}
