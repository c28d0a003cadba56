//! SARIF 2.1.0 (OASIS, 2020), the format in which code hosts import the findings of scanners.

use std::io::{self, Write};

use lastfour::{Action, Entity, FindingKind, Span};
use serde_json::json;

/// A result.
pub(crate) struct Finding<'a> {
    pub(crate) file: &'a str,
    pub(crate) what: &'a str,
    pub(crate) kind: FindingKind,
    pub(crate) action: Action,
    pub(crate) why: &'a str,
    pub(crate) start: (u64, u64),
    pub(crate) end: (u64, u64),
    pub(crate) bytes: Span,
}

/// Writes the part before the results.
pub(crate) fn begin(out: &mut dyn Write) -> io::Result<()> {
    let secret =
        |entity: &Entity| json!({"id": entity.as_str(), "shortDescription": {"text": format!("A secret: {entity}")}});
    let mut rules: Vec<_> = Entity::BUILT_IN.iter().map(secret).collect();
    let question = "A question for a secret, asked by somebody who serves";
    rules.push(json!({"id": "solicitation", "shortDescription": {"text": question}}));
    let driver = json!({"name": "lastfour", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    write!(
        out,
        "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\
         \"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\"results\":["
    )
}

/// Writes a result.
pub(crate) fn finding(out: &mut dyn Write, first: bool, finding: &Finding<'_>) -> io::Result<()> {
    let rule = if finding.kind == FindingKind::Solicitation { "solicitation" } else { finding.what };
    let message = match finding.kind {
        FindingKind::Solicitation => format!("asks for {}: {}", finding.what, finding.why),
        _ => format!("{}: {}", finding.what, finding.why),
    };
    let result = json!({
        "ruleId": rule,
        "level": if finding.action >= Action::Mask { "error" } else { "note" },
        "message": {"text": message},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(finding.file)},
            "region": {
                "startLine": finding.start.0, "startColumn": finding.start.1,
                "endLine": finding.end.0, "endColumn": finding.end.1,
                "byteOffset": finding.bytes.start, "byteLength": finding.bytes.len(),
            },
        }}],
    });
    write!(out, "{}\n{result}", if first { "" } else { "," })
}

/// Writes the part after the results.
pub(crate) fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n]}}]}}")
}

/// Encodes a path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' => uri.push('/'),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_escaped() {
        assert_eq!(uri("a b/ñ#1.txt"), "a%20b/%C3%B1%231.txt");
    }
}
