//! Formats counts, names and arguments for output.

use std::path::Path;
use std::sync::LazyLock;

use lastfour::Engine;

/// Quotes an argument for a shell.
pub(crate) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "=_-.@+:/".contains(c);
    if argument.chars().all(plain) { argument.to_owned() } else { format!("'{}'", argument.replace('\'', r"'\''")) }
}

/// Formats a count, such as `1 file` or `2,000 files`.
pub(crate) fn count(n: u64, what: &str) -> String {
    format!("{} {what}{}", group(n), if n == 1 { "" } else { "s" })
}

/// Formats a number with commas, such as `1,234`.
pub(crate) fn group(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The maximum length of a text from a transcript in output, in characters.
const LONGEST_SHOWN: usize = 64;

/// Returns a name or an id from a transcript as it may be printed: redacted, without control characters, and shortened.
pub(crate) fn shown(text: &str, engine: &Engine) -> String {
    engine.redact(text).chars().filter(|c| !c.is_control()).take(LONGEST_SHOWN).collect()
}

/// Returns the path of a file as it may be printed; see [`name`].
pub(crate) fn path(path: &Path) -> String {
    name(&path.to_string_lossy())
}

/// Returns the name of a file, or of a member of an archive, as it may be printed: with secrets masked and without
/// control characters. The default policy masks names, because they are also printed before a policy is read.
pub(crate) fn name(name: &str) -> String {
    static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);
    // The directories in a path are separate texts.
    let parts = name.split_inclusive(['/', '\\']).map(|part| ENGINE.redact(part));
    parts.collect::<String>().chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        assert_eq!(group(0), "0");
        assert_eq!(group(999), "999");
        assert_eq!(group(1_000), "1,000");
        assert_eq!(count(1_234_567, "line"), "1,234,567 lines");
        assert_eq!(count(1, "line"), "1 line");
    }
}
