//! Writes policies as TOML, with a comment on each key.

use std::fmt::{self, Write};

use crate::detect::custom::CustomDetector;
use crate::entity::Entity;
use crate::sensitivity::Sensitivity;

use super::rule::{Rule, most_revealed};
use super::token::KeySource;
use super::{OnFailure, Policy};

pub(super) fn write(policy: &Policy) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_to(policy, &mut text);
    text
}

fn write_to(policy: &Policy, out: &mut String) -> fmt::Result {
    let rules = &policy.rules;
    writeln!(
        out,
        "# What lastfour does with findings. Every key is optional; the default is what `lastfour policy` prints."
    )?;
    writeln!(out)?;
    writeln!(
        out,
        "# How masks look: stars (**** ****** *0005), label ([card ending 0005]) or token ([card:w3kq2m5p7tz4xj6c])."
    )?;
    writeln!(out, "# With tokens, the same secret always has the same token. They need a key in [token].")?;
    writeln!(out, "style = {}", quoted(policy.style().as_str()))?;
    writeln!(out)?;
    writeln!(out, "# The expiry date next to a masked card number: keep or mask.")?;
    writeln!(out, "expiry = {}", quoted(policy.expiry().as_str()))?;
    writeln!(out)?;
    writeln!(
        out,
        "# How sure lastfour must be of secrets that neither their form nor a rule shows, only the talk around them: lenient,"
    )?;
    writeln!(out, "# balanced or strict. Lenient masks fewer harmless values, strict finds more secrets.")?;
    writeln!(out, "sensitivity = {}", quoted(Sensitivity::default().as_str()))?;
    writeln!(out)?;
    writeln!(out, "# What to do with each kind of secret.")?;
    writeln!(out, "#   action: allow, flag (report only), mask, or block (stop the whole message).")?;
    writeln!(out, "#   reveal: the number of trailing digits that a mask shows; always less than half of the secret.")?;
    writeln!(out, "#   sensitivity: as above, for this kind.")?;
    for (entity, rule) in Entity::BUILT_IN.iter().zip(&rules.built_in) {
        writeln!(out)?;
        writeln!(out, "[entities.{entity}]")?;
        write_rule(out, *entity, *rule)?;
        if rule.sensitivity != Sensitivity::default() {
            writeln!(out, "sensitivity = {}", quoted(rule.sensitivity.as_str()))?;
        }
    }
    writeln!(out)?;
    writeln!(out, "# What to do if an agent or a bot asks for a secret: allow, flag or block.")?;
    writeln!(out, "[solicitation]")?;
    writeln!(out, "action = {}", quoted(rules.solicitation.as_str()))?;
    writeln!(out)?;
    write_key(policy, out)?;
    writeln!(out)?;
    writeln!(
        out,
        "# Messages that cannot be scanned (too large, not decodable, internal error) are blocked. With true they pass"
    )?;
    writeln!(out, "# unscanned, and anyone who can make a scan fail can send any secret.")?;
    writeln!(out, "[dangerous]")?;
    writeln!(out, "pass_on_failure = {}", rules.on_failure == OnFailure::Pass)?;
    writeln!(out)?;
    writeln!(out, "{DETECTORS}")?;
    for (detector, rule) in &rules.custom {
        writeln!(out)?;
        write_detector(out, detector, *rule)?;
    }
    Ok(())
}

const DETECTORS: &str = "\
# Custom detectors.
#   id        1 to 24 of a-z, 0-9 and -
#   pattern   an ASCII regex with a longest match (256 bytes at most); the whole match is the secret
#   before    words or phrases, one of which must precede the match; case and accents are ignored
#   after     the same for words that follow the match; with both lists, one of them suffices; without, no cue is needed
#   window    the number of bytes before and after the match that are searched for them (60 by default, 200 at most)
#   checksum  luhn, aba, iban, clabe or none
#   reveal    the number of trailing digits that a mask shows (0 by default, 4 at most)
#   action    as above
#   hits      texts in which it must find something, checked when the policy is read
#   misses    texts in which it must find nothing
#
# [[detectors]]
# id = \"loyalty\"
# pattern = '\\b[A-Z]{2}\\d{8}\\b'
# before = [\"loyalty\", \"número de socio\"]
# checksum = \"luhn\"
# hits = [\"my loyalty number is AB12345674\"]
# misses = [\"my order is AB12345674\"]";

fn write_rule(out: &mut String, entity: Entity, rule: Rule) -> fmt::Result {
    writeln!(out, "action = {}", quoted(rule.action.as_str()))?;
    match most_revealed(entity) {
        0 => writeln!(out, "reveal = {} # always", rule.reveal),
        most => writeln!(out, "reveal = {} # {most} at most", rule.reveal),
    }
}

fn write_key(policy: &Policy, out: &mut String) -> fmt::Result {
    writeln!(out, "# The key for tokens, at least 16 bytes, from an environment variable or a file.")?;
    match policy.rules.key.as_ref().map(|key| key.source()) {
        None => writeln!(out, "# [token]\n# key_env = \"LASTFOUR_TOKEN_KEY\"\n# key_file = \"/run/secrets/lastfour\""),
        Some(KeySource::Given) => writeln!(out, "# It was set in code and is never written.\n# [token]"),
        Some(KeySource::Environment(name)) => writeln!(out, "[token]\nkey_env = {}", quoted(name)),
        Some(KeySource::File(path)) => writeln!(out, "[token]\nkey_file = {}", quoted(&path.to_string_lossy())),
    }
}

fn write_detector(out: &mut String, detector: &CustomDetector, rule: Rule) -> fmt::Result {
    let definition = detector.definition();
    writeln!(out, "[[detectors]]")?;
    writeln!(out, "id = {}", quoted(&definition.id))?;
    writeln!(out, "pattern = {}", quoted(&definition.pattern))?;
    let list = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
    writeln!(out, "before = [{}]", list(&definition.before))?;
    writeln!(out, "after = [{}]", list(&definition.after))?;
    writeln!(out, "window = {}", definition.window)?;
    writeln!(out, "checksum = {}", quoted(definition.checksum.map_or("none", |checksum| checksum.as_str())))?;
    if detector.has_check() {
        writeln!(out, "# Its check was set in code and is not written: without it, the detector finds more.")?;
    }
    writeln!(out, "hits = [{}]", list(&definition.hits))?;
    writeln!(out, "misses = [{}]", list(&definition.misses))?;
    write_rule(out, detector.entity(), rule)
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Expiry, MaskStyle, TokenKey};
    use super::*;

    #[test]
    fn a_printed_policy_parses_to_itself() {
        let key = std::env::temp_dir().join(format!("lastfour-print-{}", std::process::id()));
        std::fs::write(&key, "0123456789abcdef").unwrap();
        let detector = CustomDetector::builder("odd", "['\"\\\\][a-z]{1,2}")
            .before(["it's \"it\"", "número"])
            .window(20)
            .hit("número '\u{e9} \"x")
            .miss("a\nb\u{0}")
            .build()
            .unwrap();
        let odd = detector.entity();
        let mut policy = Policy::builder()
            .style(MaskStyle::Token)
            .token_key(TokenKey::from_file(&key).unwrap())
            .expiry(Expiry::Mask)
            .solicitation(Action::Block)
            .dangerous_pass_on_failure()
            .detector(detector)
            .action(odd, Action::Flag)
            .reveal(odd, 1);
        for (entity, action) in
            Entity::BUILT_IN.iter().copied().zip([Action::Allow, Action::Flag, Action::Block].into_iter().cycle())
        {
            policy = policy.action(entity, action).reveal(entity, most_revealed(entity));
            policy = policy.sensitivity_for(entity, Sensitivity::Strict);
        }
        let policy = policy.build().unwrap();
        let written = policy.to_toml();
        let read = Policy::from_toml(&written);
        std::fs::remove_file(&key).unwrap();
        let read = read.unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(read.to_toml(), written);
        assert_ne!(written, Policy::default().to_toml());
        assert_eq!(read.detectors().next().unwrap().definition(), policy.detectors().next().unwrap().definition());
        assert_eq!(read.rules.built_in, policy.rules.built_in);
        assert_eq!((read.style(), read.expiry(), read.on_failure()), (MaskStyle::Token, Expiry::Mask, OnFailure::Pass));
        assert_eq!(read.solicitation(), Action::Block);
    }

    #[test]
    fn the_example_detector_is_valid() {
        let uncommented: String = DETECTORS
            .lines()
            .skip_while(|line| *line != "# [[detectors]]")
            .map(|line| line.trim_start_matches("# ").to_owned() + "\n")
            .collect();
        assert_eq!(Policy::from_toml(&uncommented).unwrap().detectors().len(), 1);
    }

    #[test]
    fn a_key_set_in_code_is_not_written() {
        let key = TokenKey::new(b"open-sesame-open-sesame").unwrap();
        let policy = Policy::builder().style(MaskStyle::Token).token_key(key).build().unwrap();
        let written = policy.to_toml();
        assert!(!written.contains("sesame"));
        assert!(Policy::from_toml(&written).unwrap_err().to_string().contains("needs a key"));
    }
}
