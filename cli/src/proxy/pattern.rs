//! Path patterns.

/// A path prefix by segments, such as `/rooms/*/messages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    text: String,
    /// `None` for any segment.
    segments: Vec<Option<String>>,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('/')?;
        let words = rest.strip_suffix('/').unwrap_or(rest);
        let segments = words.split('/').filter(|_| !words.is_empty());
        let segments = segments.map(|segment| match segment {
            "" | "." | ".." => None,
            "*" => Some(None),
            word if word.contains(['*', '?', '#', '%', ';', '\\']) => None,
            word => Some(Some(word.to_owned())),
        });
        Some(Self { text: text.to_owned(), segments: segments.collect::<Option<_>>()? })
    }

    /// Matches every path.
    pub(crate) fn any() -> Self {
        Self { text: "/".to_owned(), segments: Vec::new() }
    }

    /// Returns the pattern as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether a path with these segments begins with the pattern.
    pub(crate) fn matches(&self, path: &[String]) -> bool {
        path.len() >= self.segments.len()
            && self
                .segments
                .iter()
                .zip(path)
                .all(|(wanted, segment)| wanted.as_ref().is_none_or(|word| word == segment))
    }
}

/// Returns the decoded segments of a path, or `None` if servers read it in different ways: it has dot segments, empty
/// segments, parameters, backslashes, or escaped separators.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix('/')?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    rest.strip_suffix('/').unwrap_or(rest).split('/').map(segment).collect()
}

fn segment(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b';' => return None,
            byte => byte,
        });
    }
    let plain = !bytes.is_empty() && !bytes.iter().any(|byte| byte.is_ascii_control() || b"/\\".contains(byte));
    let segment = String::from_utf8(bytes).ok()?;
    (plain && segment != "." && segment != "..").then_some(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_segments_from_the_start() {
        let matches = |pattern: &str, path: &str| {
            segments(path).is_some_and(|path| Pattern::parse(pattern).expect(pattern).matches(&path))
        };
        assert!(matches("/chat", "/chat") && matches("/chat", "/chat/") && matches("/chat/", "/chat/1"));
        assert!(!matches("/chat", "/chats") && !matches("/chat", "/a/chat") && !matches("/chat", "/Chat"));
        assert!(matches("/rooms/*/send", "/rooms/%21r%3Ax/send/1") && !matches("/rooms/*/send", "/rooms/send"));
        assert!(matches("/chat", "/%63hat"), "an escaped letter is the letter");
        assert!(matches("/", "/") && matches("/", "/a/b"));
    }

    #[test]
    fn an_ambiguous_path_matches_no_pattern() {
        for path in [
            "/a/../chat",
            "/./chat",
            "//chat",
            "/a//b",
            "/chat;x",
            "/a%2Fchat",
            "/a%5cb",
            "/a\\b",
            "/%00",
            "/%2e%2e",
            "/%zz",
        ] {
            assert_eq!(segments(path), None, "{path}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_match_is_rejected() {
        for wrong in ["", "chat", "/a//b", "/../b", "/a*", "/a?b", "/a%20b"] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }
}
