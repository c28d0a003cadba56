//! Parses policies from TOML. Unknown keys and values are errors.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::detect::checksum::Checksum;
use crate::detect::custom::{CustomDetector, CustomDetectorBuilder, DetectorError};
use crate::entity::Entity;
use crate::sensitivity::Sensitivity;

use super::rule::{check_reveal, check_solicitation};
use super::{Action, Expiry, MaskStyle, Policy, PolicyBuilder, TokenKey};

/// An error in a policy file, with its position.
///
/// ```
/// use lastfour::Policy;
/// let error = Policy::from_toml("[entities.cards]\naction = 'mask'\n").unwrap_err();
/// assert_eq!((error.line(), error.column()), (1, 11));
/// assert!(error.to_string().contains("did you mean card?"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    line: usize,
    column: usize,
    message: String,
}

impl ConfigError {
    /// The line, starting with 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, starting with 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The error and a suggestion, without the position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ConfigError {}

type Key<'a, 't> = &'a Spanned<DeString<'t>>;
type Value<'a, 't> = &'a Spanned<DeValue<'t>>;

pub(super) fn read(text: &str) -> Result<Policy, ConfigError> {
    let file = File { text };
    let document = DeTable::parse(text)
        .map_err(|error| file.error(error.span().unwrap_or(0..0), format!("not valid TOML: {}", error.message())))?;
    file.policy(document.get_ref())
}

/// The text of a policy, from which errors take their position.
struct File<'t> {
    text: &'t str,
}

impl<'t> File<'t> {
    fn policy(&self, document: &DeTable<'t>) -> Result<Policy, ConfigError> {
        const KEYS: [&str; 8] =
            ["style", "expiry", "sensitivity", "entities", "solicitation", "token", "dangerous", "detectors"];
        let mut policy = Policy::builder();
        let mut style = 0..0;
        for (key, value) in in_order(document) {
            policy = match key.get_ref().as_ref() {
                "style" => {
                    style = value.span();
                    policy.style(self.name::<MaskStyle>(value, "style", &MaskStyle::ALL.map(MaskStyle::as_str))?)
                }
                "expiry" => policy.expiry(match self.string(value)? {
                    "keep" => Expiry::Keep,
                    "mask" => Expiry::Mask,
                    other => return Err(self.unknown(value.span(), "expiry", other, &["keep", "mask"])),
                }),
                "sensitivity" => policy.sensitivity(self.sensitivity(value)?),
                "entities" => self.entities(policy, value)?,
                "solicitation" => self.solicitation(policy, value)?,
                "token" => policy.token_key(self.token_key(value)?),
                "dangerous" => self.dangerous(policy, value)?,
                "detectors" => self.detectors(policy, value)?,
                _ => return Err(self.unknown_key(key, &KEYS)),
            };
        }
        // The only possible error left is a style without its key.
        policy.build().map_err(|error| self.error(style, error))
    }

    fn entities(&self, mut policy: PolicyBuilder, value: Value<'_, 't>) -> Result<PolicyBuilder, ConfigError> {
        for (name, rule) in in_order(self.table(value)?) {
            let Some(entity) = Entity::built_in(name.get_ref()) else {
                let names: Vec<_> = Entity::BUILT_IN.iter().map(Entity::as_str).collect();
                let mut error = self.unknown(name.span(), "entity", name.get_ref(), &names);
                error.message.push_str("; set the rule of a custom detector in its [[detectors]] entry");
                return Err(error);
            };
            for (key, value) in in_order(self.table(rule)?) {
                policy = match key.get_ref().as_ref() {
                    "action" => policy.action(entity, self.action(value)?),
                    "reveal" => policy.reveal(entity, self.reveal(entity, value)?),
                    "sensitivity" => policy.sensitivity_for(entity, self.sensitivity(value)?),
                    _ => return Err(self.unknown_key(key, &["action", "reveal", "sensitivity"])),
                };
            }
        }
        Ok(policy)
    }

    fn solicitation(&self, mut policy: PolicyBuilder, value: Value<'_, 't>) -> Result<PolicyBuilder, ConfigError> {
        for (key, value) in in_order(self.table(value)?) {
            if key.get_ref() != "action" {
                return Err(self.unknown_key(key, &["action"]));
            }
            let action = self.action(value)?;
            check_solicitation(action).map_err(|error| self.error(value.span(), error))?;
            policy = policy.solicitation(action);
        }
        Ok(policy)
    }

    fn token_key(&self, section: Value<'_, 't>) -> Result<TokenKey, ConfigError> {
        let mut found = None;
        for (key, value) in in_order(self.table(section)?) {
            let read = match key.get_ref().as_ref() {
                "key_env" => TokenKey::from_env(self.string(value)?),
                "key_file" => TokenKey::from_file(self.string(value)?),
                _ => return Err(self.unknown_key(key, &["key_env", "key_file"])),
            };
            if found.is_some() {
                return Err(self.error(key.span(), "two keys are set: use either key_env or key_file"));
            }
            found = Some(read.map_err(|error| self.error(value.span(), error))?);
        }
        found.ok_or_else(|| self.error(section.span(), "no key is set: add key_env or key_file"))
    }

    fn dangerous(&self, mut policy: PolicyBuilder, value: Value<'_, 't>) -> Result<PolicyBuilder, ConfigError> {
        for (key, value) in in_order(self.table(value)?) {
            if key.get_ref() != "pass_on_failure" {
                return Err(self.unknown_key(key, &["pass_on_failure"]));
            }
            match value.get_ref() {
                DeValue::Boolean(true) => policy = policy.dangerous_pass_on_failure(),
                DeValue::Boolean(false) => {}
                other => return Err(self.error(value.span(), expected("true or false", other))),
            }
        }
        Ok(policy)
    }

    fn detectors(&self, mut policy: PolicyBuilder, value: Value<'_, 't>) -> Result<PolicyBuilder, ConfigError> {
        let mut ids = Vec::new();
        for section in self.array(value)? {
            let detector = Section::new(self, section)?;
            let (id, at) = detector.required("id")?;
            if ids.contains(&id) {
                return Err(self.error(at, format!("two detectors have the id {id}")));
            }
            ids.push(id);
            policy = detector.add_to(policy)?;
        }
        Ok(policy)
    }

    fn sensitivity(&self, value: Value<'_, 't>) -> Result<Sensitivity, ConfigError> {
        let names: Vec<_> = Sensitivity::ALL.iter().map(|sensitivity| sensitivity.as_str()).collect();
        self.name(value, "sensitivity", &names)
    }

    fn action(&self, value: Value<'_, 't>) -> Result<Action, ConfigError> {
        self.name(value, "action", &Action::ALL.map(Action::as_str))
    }

    fn reveal(&self, entity: Entity, value: Value<'_, 't>) -> Result<u8, ConfigError> {
        let reveal = u8::try_from(self.number(value)?).unwrap_or(u8::MAX);
        check_reveal(entity, reveal).map_err(|error| self.error(value.span(), error))?;
        Ok(reveal)
    }

    /// Parses a string that must be one of the known names.
    fn name<T: FromStr>(&self, value: Value<'_, 't>, what: &str, known: &[&str]) -> Result<T, ConfigError> {
        let name = self.string(value)?;
        name.parse().map_err(|_| self.unknown(value.span(), what, name, known))
    }

    fn string<'a>(&self, value: Value<'a, 't>) -> Result<&'a str, ConfigError> {
        value.get_ref().as_str().ok_or_else(|| self.error(value.span(), expected("a string", value.get_ref())))
    }

    fn strings(&self, value: Value<'_, 't>) -> Result<Vec<String>, ConfigError> {
        self.array(value)?.iter().map(|text| self.string(text).map(str::to_owned)).collect()
    }

    fn number(&self, value: Value<'_, 't>) -> Result<usize, ConfigError> {
        let number = value.get_ref().as_integer().and_then(|number| {
            let digits = number.as_str().replace('_', "");
            usize::from_str_radix(&digits, number.radix()).ok()
        });
        number.ok_or_else(|| self.error(value.span(), expected("an integer of at least 0", value.get_ref())))
    }

    fn table<'a>(&self, value: Value<'a, 't>) -> Result<&'a DeTable<'t>, ConfigError> {
        value.get_ref().as_table().ok_or_else(|| self.error(value.span(), expected("a table", value.get_ref())))
    }

    fn array<'a>(&self, value: Value<'a, 't>) -> Result<&'a [Spanned<DeValue<'t>>], ConfigError> {
        match value.get_ref() {
            DeValue::Array(array) => Ok(array),
            other => Err(self.error(value.span(), expected("a list", other))),
        }
    }

    fn unknown_key(&self, key: Key<'_, 't>, known: &[&str]) -> ConfigError {
        self.unknown(key.span(), "key", key.get_ref(), known)
    }

    fn unknown(&self, span: Range<usize>, what: &str, name: &str, known: &[&str]) -> ConfigError {
        let likely = known
            .iter()
            .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known))
            .filter(|(likeness, _)| *likeness >= 0.5)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = likely.map_or_else(String::new, |(_, known)| format!("did you mean {known}? "));
        self.error(span, format!("unknown {what} {name:?}: {hint}use one of {}", known.join(", ")))
    }

    fn error(&self, span: Range<usize>, message: impl fmt::Display) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ConfigError {
            line: before.bytes().filter(|b| *b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.to_string(),
        }
    }
}

/// One `[[detectors]]` entry.
struct Section<'f, 'a, 't> {
    file: &'f File<'t>,
    whole: Value<'a, 't>,
    table: &'a DeTable<'t>,
}

impl<'f, 'a, 't> Section<'f, 'a, 't> {
    fn new(file: &'f File<'t>, whole: Value<'a, 't>) -> Result<Self, ConfigError> {
        const KEYS: [&str; 10] =
            ["id", "pattern", "before", "after", "window", "checksum", "reveal", "action", "hits", "misses"];
        let table = file.table(whole)?;
        match in_order(table).into_iter().find(|(key, _)| !KEYS.contains(&key.get_ref().as_ref())) {
            Some((key, _)) => Err(file.unknown_key(key, &KEYS)),
            None => Ok(Self { file, whole, table }),
        }
    }

    fn get(&self, key: &str) -> Option<Value<'a, 't>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn required(&self, key: &str) -> Result<(&'a str, Range<usize>), ConfigError> {
        match self.get(key) {
            Some(value) => Ok((self.file.string(value)?, value.span())),
            None => Err(self.file.error(self.whole.span(), format!("the detector has no {key}: add {key} = \"...\""))),
        }
    }

    fn strings(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        self.get(key).map_or(Ok(Vec::new()), |value| self.file.strings(value))
    }

    fn add_to(&self, mut policy: PolicyBuilder) -> Result<PolicyBuilder, ConfigError> {
        let id = self.required("id")?.0;
        let detector = self.definition()?.build().map_err(|error| {
            let place = self.place_of(&error);
            self.file.error(place, format!("detector {id}: {error}"))
        })?;
        let entity = detector.entity();
        policy = policy.detector(detector);
        if let Some(value) = self.get("action") {
            policy = policy.action(entity, self.file.action(value)?);
        }
        if let Some(value) = self.get("reveal") {
            policy = policy.reveal(entity, self.file.reveal(entity, value)?);
        }
        Ok(policy)
    }

    fn definition(&self) -> Result<CustomDetectorBuilder, ConfigError> {
        let mut definition = CustomDetector::builder(self.required("id")?.0, self.required("pattern")?.0)
            .before(self.strings("before")?)
            .after(self.strings("after")?);
        if let Some(value) = self.get("window") {
            definition = definition.window(self.file.number(value)?);
        }
        if let Some(value) = self.get("checksum").filter(|value| value.get_ref().as_str() != Some("none")) {
            let names: Vec<&str> = Checksum::ALL.iter().map(|checksum| checksum.as_str()).chain(["none"]).collect();
            definition = definition.checksum(self.file.name(value, "checksum", &names)?);
        }
        definition = self.strings("hits")?.into_iter().fold(definition, CustomDetectorBuilder::hit);
        Ok(self.strings("misses")?.into_iter().fold(definition, CustomDetectorBuilder::miss))
    }

    /// Returns the position of the value that an error is about.
    fn place_of(&self, error: &DetectorError) -> Range<usize> {
        let item = |key, index: usize| match self.get(key).map(Spanned::get_ref) {
            Some(DeValue::Array(array)) => array.get(index),
            _ => None,
        };
        let value = match error {
            DetectorError::Id => self.get("id"),
            DetectorError::Window => self.get("window"),
            DetectorError::Cue => self.get("before").or_else(|| self.get("after")),
            DetectorError::HitNotFound { index, .. } => item("hits", *index),
            DetectorError::MissFound { index } => item("misses", *index),
            _ => self.get("pattern"),
        };
        value.unwrap_or(self.whole).span()
    }
}

/// Returns the entries of a table in the order of the text, so that the first error is reported.
fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(Key<'a, 't>, Value<'a, 't>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn expected(what: &str, found: &DeValue<'_>) -> String {
    let found = match found {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("this must be {what}, not {found}")
}

#[cfg(test)]
mod tests {
    use super::super::OnFailure;
    use super::*;
    use crate::entity::{CustomId, FindingKind};

    fn refused(text: &str) -> String {
        Policy::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(Policy::from_toml("").unwrap().to_toml(), Policy::default().to_toml());
    }

    #[test]
    fn every_key_is_parsed() {
        let policy = Policy::from_toml(
            r#"
            style = "label"
            expiry = "mask"
            [entities]
            card = { action = "block", reveal = 0 }
            [entities.pin]
            action = "allow"
            [solicitation]
            action = "block"
            [dangerous]
            pass_on_failure = true
            [[detectors]]
            id = "loyalty"
            pattern = '\b[A-Z]{2}\d{8}\b'
            before = ["loyalty", "número de socio"]
            after = ["is my membership"]
            window = 80
            checksum = "luhn"
            reveal = 2
            action = "flag"
            hits = ["loyalty AB12345674"]
            misses = ["loyalty AB12345678"]
            [[detectors]]
            id = "badge"
            pattern = 'E\d{5}'
            checksum = "none"
            "#,
        )
        .unwrap();
        let loyalty = Entity::Custom(CustomId::new("loyalty").unwrap());
        let badge = Entity::Custom(CustomId::new("badge").unwrap());
        let action = |entity| policy.action(entity, FindingKind::Disclosure);
        assert_eq!((policy.style(), policy.expiry()), (MaskStyle::Label, Expiry::Mask));
        assert_eq!((action(Entity::Card), policy.reveal(Entity::Card, 15)), (Action::Block, 0));
        assert_eq!((action(Entity::Pin), action(Entity::Password)), (Action::Allow, Action::Mask));
        assert_eq!((policy.solicitation(), policy.on_failure()), (Action::Block, OnFailure::Pass));
        assert_eq!((action(loyalty), policy.reveal(loyalty, 10)), (Action::Flag, 2));
        assert_eq!((action(badge), policy.reveal(badge, 10)), (Action::Mask, 0));
        let checksums: Vec<_> = policy.detectors().map(CustomDetector::checksum).collect();
        assert_eq!(checksums, [Some(Checksum::Luhn), None]);
    }

    #[test]
    fn unknown_names_are_reported_with_position_and_suggestion() {
        for (text, wanted) in [
            (
                "stile = 'stars'",
                "line 1, column 1: unknown key \"stile\": did you mean style? use one of style, expiry",
            ),
            (
                "\nstyle = 'stras'",
                "line 2, column 9: unknown style \"stras\": did you mean stars? use one of stars, label",
            ),
            (
                "[entities.cards]",
                "line 1, column 11: unknown entity \"cards\": did you mean card? use one of card, security",
            ),
            ("[entities.card]\nactoin = 'mask'", "line 2, column 1: unknown key \"actoin\": did you mean action?"),
            (
                "[entities.card]\naction = 'hide'",
                "line 2, column 10: unknown action \"hide\": use one of allow, flag, mask",
            ),
            ("expiry = 'drop'", "line 1, column 10: unknown expiry \"drop\": use one of keep, mask"),
            ("[solicitation]\nreveal = 1", "line 2, column 1: unknown key \"reveal\": use one of action"),
            ("[dangerous]\npass = true", "line 2, column 1: unknown key \"pass\": use one of pass_on_failure"),
            ("[token]\nkey = 'x'", "line 2, column 1: unknown key \"key\""),
            ("[[detectors]]\nname = 'x'", "line 2, column 1: unknown key \"name\""),
            (
                "[[detectors]]\nid='x'\npattern='a'\nchecksum='luhm'",
                "line 4, column 10: unknown checksum \"luhm\": did you mean luhn",
            ),
            ("# año\nñ = 1", "line 2, column 1: not valid TOML"),
        ] {
            let error = refused(text);
            assert!(error.starts_with(wanted), "{error}\n{wanted}");
        }
    }

    #[test]
    fn invalid_values_are_reported_with_position_and_reason() {
        for (text, wanted) in [
            ("style = 1", "line 1, column 9: this must be a string, not a number"),
            ("style = 'token'", "line 1, column 9: the style token needs a key"),
            ("entities = 1", "line 1, column 12: this must be a table, not a number"),
            ("[entities.card]\nreveal = 6", "line 2, column 10: reveal of the entity card is 4 at most"),
            ("[entities.card]\nreveal = -1", "line 2, column 10: this must be an integer of at least 0"),
            ("[entities.card]\nreveal = 1000", "line 2, column 10: reveal of the entity card is 4"),
            (
                "[entities.password]\nreveal = 1",
                "line 2, column 10: a mask must not show digits of the entity password",
            ),
            ("[solicitation]\naction = 'mask'", "line 2, column 10: a question for a secret has nothing to mask"),
            ("[dangerous]\npass_on_failure = 'yes'", "line 2, column 19: this must be true or false, not a string"),
            ("[token]", "line 1, column 1: no key is set"),
            (
                "[token]\nkey_env = 'LASTFOUR_NOT_SET'",
                "line 2, column 11: the environment variable LASTFOUR_NOT_SET is not set",
            ),
            ("[token]\nkey_file = '/nowhere/key'", "line 2, column 12: the key file /nowhere/key cannot be read"),
            ("[[detectors]]\nid = 'x'", "line 1, column 1: the detector has no pattern: add pattern = \"...\""),
            ("[[detectors]]\nid = 'card'\npattern = 'a'", "line 2, column 6: detector card: the id of a detector has"),
            (
                "[[detectors]]\nid = 'x'\npattern = 'a+'",
                "line 3, column 11: detector x: the pattern may match more than 256 bytes",
            ),
            (
                "[[detectors]]\nid = 'x'\npattern = 'a('",
                "line 3, column 11: detector x: the pattern is invalid at character 2",
            ),
            (
                "[[detectors]]\nid = 'x'\npattern = 'a'\nhits = ['a', 'b']",
                "line 4, column 14: detector x: example 2 of hits is not found",
            ),
            (
                "[[detectors]]\nid = 'x'\npattern = 'a'\nmisses = ['a']",
                "line 4, column 11: detector x: example 1 of misses is found",
            ),
            (
                "[[detectors]]\nid='x'\npattern='a'\n[[detectors]]\nid='x'\npattern='a'",
                "line 5, column 4: two detectors have the id x",
            ),
            ("[[detectors]]\nid='x'\npattern='a'\nreveal=5", "line 4, column 8: reveal of the entity x is 4 at most"),
        ] {
            let error = refused(text);
            assert!(error.starts_with(wanted), "{error}\n{wanted}");
        }
    }

    #[test]
    fn the_first_error_is_reported() {
        assert!(refused("[zebra]\n[apple]").starts_with("line 1"));
    }

    #[test]
    fn a_column_counts_characters() {
        assert!(refused("[[detectors]]\nid='x'\npattern='a'\nhits=['ñandú', 1]").starts_with("line 4, column 16"));
    }
}
