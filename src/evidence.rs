//! Why something was found, or was let through; never what was found.

use std::fmt;

/// The reasons for a finding. Holds facts about a text, never a piece of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The cue that governs it: the fixed name of a row of the tables, such as `passcode` or `contraseña`. It stands for
    /// all phrases of its row and is no quotation: `cvv` for "four digits on the front".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cue: Option<&'static str>,
    /// The card brand the prefix belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<&'static str>,
    /// The checksum that holds: `luhn`, `aba`, `iban`, `clabe`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<&'static str>,
    /// The check that was given with a custom detector holds.
    #[serde(skip_serializing_if = "is_false")]
    pub checked: bool,
    /// One of the cues that were given with a custom detector stands near it.
    #[serde(skip_serializing_if = "is_false")]
    pub cued: bool,
    /// The digits are grouped the way this entity is printed.
    #[serde(skip_serializing_if = "is_false")]
    pub grouped: bool,
    /// The other side of the conversation has just asked for it.
    #[serde(skip_serializing_if = "is_false")]
    pub asked: bool,
    /// The same speaker announced it in an earlier message.
    #[serde(skip_serializing_if = "is_false")]
    pub announced: bool,
    /// It completes, or is a part of, a secret given in pieces.
    #[serde(skip_serializing_if = "is_false")]
    pub piece: bool,
    /// It was spelled in another way than plain digits or letters: number words, look-alikes, other scripts,
    /// invisible characters, entities.
    #[serde(skip_serializing_if = "is_false")]
    pub disguised: bool,
    /// It has a mistyped, swapped or missing digit.
    #[serde(skip_serializing_if = "is_false")]
    pub mistyped: bool,
    /// How sure the learned weights are that it is a secret, in sixteenths of a nat; 0 if they were not asked.
    #[serde(skip_serializing_if = "is_zero_score")]
    pub score: i16,
    /// Number of digits, where it is a number.
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

/// The reasons in plain words, such as `15 digits, American Express, luhn checksum holds, grouped as printed, cue: card`.
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
            part(f, format_args!("{checksum} checksum holds"))?;
        }
        if self.checked {
            part(f, format_args!("its detector's check holds"))?;
        }
        if self.mistyped {
            part(f, format_args!("a digit is wrong or missing"))?;
        }
        if self.grouped {
            part(f, format_args!("grouped as printed"))?;
        }
        if self.disguised {
            part(f, format_args!("spelled in another way than plain digits"))?;
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
            part(f, format_args!("part of a secret given in pieces"))?;
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
    fn the_reasons_are_told_in_one_order_and_a_cue_is_named_and_not_quoted() {
        let evidence = Evidence {
            digits: 15,
            brand: Some("American Express"),
            checksum: Some("luhn"),
            grouped: true,
            cue: Some("card"),
            ..Evidence::default()
        };
        // The sample of the documentation above.
        assert_eq!(
            evidence.to_string(),
            "15 digits, American Express, luhn checksum holds, grouped as printed, cue: card"
        );
        assert_eq!(Evidence::default().to_string(), "by its shape");
    }
}
