//! The reasons for a finding.

use std::fmt;

/// The reasons for a finding: facts about the text, never a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The cue that decided: the fixed name of a row in the tables, such as `passcode` or `contraseña`. It covers all
    /// phrases of its row and is not a quotation: `cvv` covers "four digits on the front".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cue: Option<&'static str>,
    /// The card brand of the prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<&'static str>,
    /// The checksum that is valid: `luhn`, `aba`, `iban`, `clabe`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<&'static str>,
    /// The check function of the custom detector accepted it.
    #[serde(skip_serializing_if = "is_false")]
    pub checked: bool,
    /// A cue of the custom detector is near it.
    #[serde(skip_serializing_if = "is_false")]
    pub cued: bool,
    /// The digits are grouped as this entity is printed.
    #[serde(skip_serializing_if = "is_false")]
    pub grouped: bool,
    /// The other side of the conversation asked for it.
    #[serde(skip_serializing_if = "is_false")]
    pub asked: bool,
    /// The same speaker announced it in an earlier message.
    #[serde(skip_serializing_if = "is_false")]
    pub announced: bool,
    /// It is a part of a secret that is sent in pieces.
    #[serde(skip_serializing_if = "is_false")]
    pub piece: bool,
    /// It is not spelled in plain digits or letters, but in number words, look-alikes, other scripts, invisible characters
    /// or entities.
    #[serde(skip_serializing_if = "is_false")]
    pub disguised: bool,
    /// A digit is wrong, swapped or missing.
    #[serde(skip_serializing_if = "is_false")]
    pub mistyped: bool,
    /// How sure the learned weights are that it is a secret, in sixteenths of a nat; 0 if they were not asked.
    #[serde(skip_serializing_if = "is_zero_score")]
    pub score: i16,
    /// The number of digits; 0 if it is not a number.
    #[serde(skip_serializing_if = "is_zero")]
    pub digits: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(b: &bool) -> bool {
    !*b
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero_score(n: &i16) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &u8) -> bool {
    *n == 0
}

/// The reasons in words, such as `15 digits, American Express, luhn checksum valid, grouped as printed, cue: card`.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut part = |f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
            let comma = if first { "" } else { ", " };
            first = false;
            write!(f, "{comma}{text}")
        };
        if self.digits > 0 {
            part(f, format_args!("{} digits", self.digits))?;
        }
        if let Some(brand) = self.brand {
            part(f, format_args!("{brand}"))?;
        }
        if let Some(checksum) = self.checksum {
            part(f, format_args!("{checksum} checksum valid"))?;
        }
        if self.checked {
            part(f, format_args!("accepted by its detector's check"))?;
        }
        if self.mistyped {
            part(f, format_args!("a digit is wrong or missing"))?;
        }
        if self.grouped {
            part(f, format_args!("grouped as printed"))?;
        }
        if self.disguised {
            part(f, format_args!("disguised spelling"))?;
        }
        if let Some(cue) = self.cue {
            part(f, format_args!("cue: {cue}"))?;
        }
        if self.cued {
            part(f, format_args!("near a cue of its detector"))?;
        }
        if self.asked {
            part(f, format_args!("the other side asked for it"))?;
        }
        if self.announced {
            part(f, format_args!("announced in an earlier message"))?;
        }
        if self.score != 0 {
            part(f, format_args!("the words around it and the messages before it: {:+}", self.score))?;
        }
        if self.piece {
            part(f, format_args!("part of a secret sent in pieces"))?;
        }
        if first {
            f.write_str("by its shape")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reasons_have_a_fixed_order_and_a_cue_is_named_not_quoted() {
        let evidence = Evidence {
            digits: 15,
            brand: Some("American Express"),
            checksum: Some("luhn"),
            grouped: true,
            cue: Some("card"),
            ..Evidence::default()
        };
        // The example of the documentation above.
        assert_eq!(
            evidence.to_string(),
            "15 digits, American Express, luhn checksum valid, grouped as printed, cue: card"
        );
        assert_eq!(Evidence::default().to_string(), "by its shape");
    }
}
