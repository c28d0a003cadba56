//! Keyed tokens: with the same key, the same secret has the same token.
//!
//! A plain hash of a card number can be reversed by hashing every card number, so PCI DSS (3.5.1.1) requires a key. A
//! token is the HMAC-SHA-256 of the entity and the normalized secret, truncated to 80 bits.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::entity::Entity;
use crate::mask;

use super::PolicyError;

/// The key for [`MaskStyle::Token`](crate::MaskStyle::Token): at least 16 random bytes. `Debug` does not show it. The
/// bytes are overwritten when the last clone is dropped.
///
/// ```
/// use lastfour::{MaskStyle, Policy, TokenKey};
/// let key = TokenKey::new(b"not-a-key-to-use-in-production")?;
/// assert_eq!(format!("{key:?}"), "TokenKey(..)");
/// let policy = Policy::builder().style(MaskStyle::Token).token_key(key).build()?;
/// # Ok::<(), lastfour::PolicyError>(())
/// ```
#[derive(Clone)]
pub struct TokenKey {
    bytes: Arc<Zeroizing<Vec<u8>>>,
    source: KeySource,
}

/// The origin of a key, so that it can be written into a policy file.
#[derive(Clone)]
pub(super) enum KeySource {
    Given,
    Environment(String),
    File(PathBuf),
}

impl TokenKey {
    /// The minimum length of a key in bytes.
    pub const MIN_BYTES: usize = super::MIN_KEY_BYTES;

    /// Creates a key.
    ///
    /// # Errors
    ///
    /// Returns [`PolicyError::KeyTooShort`] for fewer than [`MIN_BYTES`](Self::MIN_BYTES) bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, PolicyError> {
        Self::from_source(Zeroizing::new(bytes.to_vec()), KeySource::Given)
    }

    /// Reads the key from the environment variable `name`.
    ///
    /// # Errors
    ///
    /// Returns an error if the variable is not set or has fewer than [`MIN_BYTES`](Self::MIN_BYTES) bytes.
    pub fn from_env(name: &str) -> Result<Self, PolicyError> {
        let value = std::env::var_os(name).ok_or_else(|| PolicyError::KeyNotSet { variable: name.to_owned() })?;
        let bytes = Zeroizing::new(value.into_encoded_bytes());
        Self::from_source(bytes, KeySource::Environment(name.to_owned()))
    }

    /// Reads the key from the file at `path`. A line break at the end of the file is not part of the key.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read or has fewer than [`MIN_BYTES`](Self::MIN_BYTES) bytes.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref().to_owned();
        let mut bytes = match std::fs::read(&path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) => return Err(PolicyError::KeyUnreadable { path, kind: error.kind() }),
        };
        for end in [b'\n', b'\r'] {
            if bytes.last() == Some(&end) {
                bytes.pop();
            }
        }
        Self::from_source(bytes, KeySource::File(path))
    }

    pub(super) fn source(&self) -> &KeySource {
        &self.source
    }

    fn from_source(bytes: Zeroizing<Vec<u8>>, source: KeySource) -> Result<Self, PolicyError> {
        if bytes.len() < Self::MIN_BYTES {
            return Err(PolicyError::KeyTooShort);
        }
        Ok(Self { bytes: Arc::new(bytes), source })
    }

    /// Returns the token of a secret in plain form.
    pub(super) fn token(&self, entity: Entity, plain: &str) -> String {
        // HMAC accepts keys of any length, so this does not fail.
        let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(&self.bytes) else {
            return mask::label(entity, plain, 0);
        };
        hmac.update(entity.as_str().as_bytes());
        hmac.update(&[0]);
        hmac.update(normalized(entity, plain).as_bytes());
        let mac = hmac.finalize().into_bytes();
        let mut first = [0; 10];
        first.copy_from_slice(&mac[..10]);
        mask::token(entity, &first)
    }
}

/// Returns the secret without its formatting: all characters of a password, otherwise the letters and digits. Only custom
/// entities are case-sensitive.
fn normalized(entity: Entity, plain: &str) -> Zeroizing<String> {
    let characters = plain.chars().filter(|c| c.is_alphanumeric());
    Zeroizing::new(match entity {
        Entity::Password => plain.trim().to_owned(),
        Entity::Custom(_) => characters.collect(),
        _ => characters.map(|c| c.to_ascii_uppercase()).collect(),
    })
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::CustomId;

    fn key(bytes: &[u8]) -> TokenKey {
        TokenKey::new(bytes).unwrap()
    }

    #[test]
    fn a_token_is_hmac_sha256_of_entity_and_digits() {
        // python3: base64.b32encode(hmac.new(b'0123456789abcdef', b'card\0378282246310005', 'sha256').digest()[:10])
        assert_eq!(key(b"0123456789abcdef").token(Entity::Card, "3782 822463 10005"), "[card:wstddhlqgsmiqdyl]");
    }

    #[test]
    fn the_same_secret_has_the_same_token_however_it_is_spelled() {
        let key = key(b"0123456789abcdef");
        let token = key.token(Entity::Card, "378282246310005");
        assert_eq!(key.token(Entity::Card, "3782-822463-10005"), token);
        assert_eq!(key.token(Entity::Card, "3 7 8 2 8 2 2 4 6 3 1 0 0 0 5"), token);
        assert_eq!(key.token(Entity::Account, "es91 2100"), key.token(Entity::Account, "ES912100"));
        assert_eq!(key.token(Entity::Password, " hunter2 "), key.token(Entity::Password, "hunter2"));
    }

    #[test]
    fn another_secret_entity_or_key_has_another_token() {
        let custom = Entity::Custom(CustomId::new("vault").unwrap());
        let (a, b) = (key(b"0123456789abcdef"), key(b"0123456789abcdeg"));
        assert_ne!(a.token(Entity::Pin, "4821"), b.token(Entity::Pin, "4821"));
        assert_ne!(a.token(Entity::Pin, "4821")[5..], a.token(Entity::Pin, "4822")[5..]);
        assert_ne!(a.token(Entity::Pin, "4821")[5..], a.token(Entity::OneTimePasscode, "4821")[19..]);
        assert_ne!(a.token(Entity::Password, "hunter2"), a.token(Entity::Password, "Hunter2"));
        assert_ne!(a.token(custom, "ab12"), a.token(custom, "AB12"));
    }

    #[test]
    fn a_key_is_sixteen_bytes_at_least_and_is_never_shown() {
        assert!(matches!(TokenKey::new(b"0123456789abcde"), Err(PolicyError::KeyTooShort)));
        let shown = format!("{:?}", key(b"0123456789abcdef"));
        assert!(!shown.contains("0123"), "{shown}");
    }

    #[test]
    fn a_line_break_at_the_end_of_a_key_file_is_not_part_of_the_key() {
        let path = std::env::temp_dir().join(format!("lastfour-key-{}", std::process::id()));
        std::fs::write(&path, "0123456789abcdef\r\n").unwrap();
        let from_file = TokenKey::from_file(&path);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(from_file.unwrap().token(Entity::Pin, "1"), key(b"0123456789abcdef").token(Entity::Pin, "1"));
        assert!(matches!(TokenKey::from_file(&path), Err(PolicyError::KeyUnreadable { .. })));
        let unset = TokenKey::from_env("LASTFOUR_A_VARIABLE_THAT_IS_NOT_SET");
        assert!(matches!(unset, Err(PolicyError::KeyNotSet { .. })));
    }
}
