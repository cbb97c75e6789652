//! Content codings (RFC 9110 §8.4.1): what the answer's header names is undone, up to a limit.

use crate::error::ProbeError;
use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// The body as it was before it was compressed. A coding that we do not know leaves it as it is: we never ask for one.
pub fn decode(body: Bytes, encoding: Option<&[u8]>, limit: usize) -> Result<Bytes, ProbeError> {
    let encoding =
        encoding.map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).unwrap_or_default();
    if body.is_empty() {
        return Ok(body);
    }
    match encoding.as_str() {
        "gzip" | "x-gzip" => inflate(MultiGzDecoder::new(body.as_ref()), &encoding, limit),
        // RFC 9110 §8.4.1.2 means zlib's format, but some servers send the bare one.
        "deflate" if is_zlib(&body) => inflate(ZlibDecoder::new(body.as_ref()), &encoding, limit),
        "deflate" => inflate(DeflateDecoder::new(body.as_ref()), &encoding, limit),
        _ => Ok(body),
    }
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..] if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31))
}

fn inflate(decoder: impl Read, encoding: &str, limit: usize) -> Result<Bytes, ProbeError> {
    let mut decoded = Vec::new();
    match decoder.take(limit as u64 + 1).read_to_end(&mut decoded) {
        Ok(_) if decoded.len() > limit => Err(ProbeError::Bomb(limit)),
        Ok(_) => Ok(decoded.into()),
        Err(error) => {
            Err(ProbeError::NotCompressed { encoding: encoding.to_owned(), why: error.to_string() })
        }
    }
}
