//! Absolute http and https URLs by the grammar of RFC 3986; it resolves nothing and knows no host.

use std::net::Ipv6Addr;

/// An absolute http or https URL: scheme, `//`, a host that is not empty, and only characters that a URI may hold (RFC 3986
/// §3, RFC 9110 §4.2).
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    is_authority(authority) && tail.matches('#').count() <= 1 && holds_only(tail, b"/?#:@")
}

fn is_authority(authority: &str) -> bool {
    let (user, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = match host_and_port.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => (address.parse::<Ipv6Addr>().is_ok(), None),
        Some((address, port)) => match port.strip_prefix(':') {
            Some(port) => (address.parse::<Ipv6Addr>().is_ok(), Some(port)),
            None => (false, None),
        },
        None => match host_and_port.rsplit_once(':') {
            Some((host, port)) => (!host.is_empty() && holds_only(host, b""), Some(port)),
            None => (!host_and_port.is_empty() && holds_only(host_and_port, b""), None),
        },
    };
    host && port.is_none_or(is_port) && holds_only(user, b":")
}

/// A port may be empty (RFC 3986 §3.2.3).
fn is_port(port: &str) -> bool {
    port.is_empty() || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

/// Unreserved characters, sub-delimiters, percent escapes and what else is allowed.
fn holds_only(text: &str, allowed: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(index, byte)| match byte {
        b'%' => bytes.get(index + 1..index + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        other => {
            other.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(other) || allowed.contains(other)
        }
    })
}
