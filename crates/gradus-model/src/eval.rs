//! Works out values: names are filled in, value functions applied.

use crate::json::Json;
use crate::value::{Bindings, Function, Value, ValueKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The JSON that a value stands for.
pub fn value(value: &Value, bindings: &Bindings) -> Json {
    match &value.kind {
        ValueKind::Scalar(json) => json.clone(),
        ValueKind::Text(template) => template.fill_value(bindings),
        ValueKind::List(items) => Json::Array(items.iter().map(|item| self::value(item, bindings)).collect()),
        ValueKind::Object(entries) => Json::Object(
            entries.iter().map(|(key, value)| (key.fill(bindings), self::value(value, bindings))).collect(),
        ),
        ValueKind::Function(function) => Json::String(apply(function, bindings)),
    }
}

fn apply(function: &Function, bindings: &Bindings) -> String {
    let text = |of: &Value| value(of, bindings).to_text();
    match function {
        Function::Sha256(of) => hex(&Sha256::digest(text(of))),
        Function::HmacSha256 { key, message } => hex(&hmac(text(key).as_bytes(), text(message).as_bytes())),
        Function::Base64(of) => STANDARD.encode(text(of)),
        Function::Jwt { secret, claims } => jwt(&text(secret), &value(claims, bindings)),
    }
}

/// RFC 7519 with HS256 (RFC 7518 §3.2).
fn jwt(secret: &str, claims: &Json) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(hmac(secret.as_bytes(), signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length (RFC 2104 §2), so that the error can't happen.
    Hmac::<Sha256>::new_from_slice(key)
        .map_or_else(|_| Vec::new(), |mac| mac.chain_update(message).finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::value::{Part, Template};

    fn text(text: &str) -> Box<Value> {
        let template = Template { parts: vec![Part::Literal(text.into())], span: Span::default() };
        Box::new(Value { kind: ValueKind::Text(template), span: Span::default() })
    }

    fn check(function: Function, expect: &str) {
        assert_eq!(apply(&function, &Bindings::new()), expect);
    }

    #[test]
    fn value_functions_give_what_their_standards_say() {
        // FIPS 180-4 for "abc"; RFC 4231 §4.3; RFC 4648 §10.
        check(
            Function::Sha256(text("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        check(
            Function::HmacSha256 { key: text("Jefe"), message: text("what do ya want for nothing?") },
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(Function::Base64(text("foobar")), "Zm9vYmFy");
    }
}
