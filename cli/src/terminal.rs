//! The capabilities of a terminal.

use crate::args::ColorName;

/// A color or a weight.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    Red,
    Green,
    Yellow,
    Bold,
}

/// Whether text is colored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    colored: bool,
}

impl Style {
    /// Returns the style for an output that is a terminal or not.
    pub(crate) fn new(color: ColorName, is_terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colored = match color {
            ColorName::Always => true,
            ColorName::Never => false,
            ColorName::Auto => is_terminal && !set("NO_COLOR") && !dumb,
        };
        Self { colored }
    }

    /// Returns the text in a color, if text is colored.
    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        if !self.colored {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Red => 31,
            Paint::Green => 32,
            Paint::Yellow => 33,
            Paint::Bold => 1,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Returns the width of the terminal that standard output goes to, in characters.
pub(crate) fn width() -> Option<usize> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(width))
}
