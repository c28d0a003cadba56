//! The picture of the README: the chat before and after, drawn from its text.

use std::fmt::Write as _;

/// The width of one column, and of the whole picture, in pixels.
const COLUMN: usize = 410;
const WIDTH: usize = 2 * COLUMN;
const LINE: usize = 18;
/// Characters per line of a bubble. A character of the font is 7.23 pixels wide at most.
const WRAP: usize = 46;

/// A run of text, and whether it is highlighted.
type Run = (String, bool);

/// Draws a chat as two columns. `before` and `after` hold the same messages, one per line: `Speaker: text`.
pub(crate) fn draw(before: &str, after: &str) -> String {
    let mut body = String::new();
    let mut top = 56;
    for (before, after) in before.lines().zip(after.lines()) {
        let (Some((speaker, before)), Some((_, after))) = (before.split_once(": "), after.split_once(": ")) else {
            continue;
        };
        let (left, right) = runs(before, after);
        let (left, right) = (wrap(&left), wrap(&right));
        let height = LINE * left.len().max(right.len()) + 14;
        let is_agent = speaker != "Customer";
        bubble(&mut body, 0, top, height, is_agent, &left, "secret");
        bubble(&mut body, COLUMN, top, height, is_agent, &right, "mask");
        top += height + 10;
    }
    let height = top + 8;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">
<title>A support chat before and after lastfour</title>
<style>
text {{ font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }}
.head {{ font: bold 14px system-ui, "Segoe UI", "DejaVu Sans", sans-serif }}
.customer {{ fill: #ffffff; stroke: #d0d7de }}
.agent {{ fill: #ddf4ff; stroke: #b6e3ff }}
.secret {{ fill: #cf222e; font-weight: bold }}
.mask {{ fill: #1a7f37; font-weight: bold }}
</style>
<rect width="{WIDTH}" height="{height}" rx="8" fill="#f6f8fa"/>
<text class="head" x="20" y="32">What people write</text>
<text class="head" x="{}" y="32">What is kept</text>
{body}</svg>
"##,
        COLUMN + 20
    )
}

fn bubble(out: &mut String, x: usize, y: usize, height: usize, is_agent: bool, lines: &[Vec<Run>], highlight: &str) {
    let class = if is_agent { "agent" } else { "customer" };
    let x = x + if is_agent { 34 } else { 16 };
    let width = COLUMN - 50;
    writeln!(out, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>"#).unwrap();
    for (number, line) in lines.iter().enumerate() {
        let (x, y) = (x + 10, y + LINE * (number + 1) + 2);
        write!(out, r#"<text x="{x}" y="{y}">"#).unwrap();
        for (text, is_highlighted) in line {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            match is_highlighted {
                true => write!(out, r#"<tspan class="{highlight}">{text}</tspan>"#).unwrap(),
                false => out.push_str(&text),
            }
        }
        out.push_str("</text>\n");
    }
}

/// Splits both texts into their common parts and the part that differs. They differ in at most one run of whole words.
fn runs(before: &str, after: &str) -> (Vec<Run>, Vec<Run>) {
    if before == after {
        return (vec![(before.to_owned(), false)], vec![(after.to_owned(), false)]);
    }
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let start = same(&mut before.chars(), &mut after.chars());
    let end = same(&mut before[start..].chars().rev(), &mut after[start..].chars().rev());
    // The digits that the mask reveals belong to the secret.
    let word = |text: &str| text[text.len() - end..].find(|c: char| !c.is_ascii_digit()).unwrap_or(end);
    let end = end - word(before);
    let split = |text: &str| {
        let parts = [(0, start, false), (start, text.len() - end, true), (text.len() - end, text.len(), false)];
        parts.map(|(from, to, changed)| (text[from..to].to_owned(), changed)).to_vec()
    };
    (split(before), split(after))
}

/// Breaks runs into lines at spaces.
fn wrap(runs: &[Run]) -> Vec<Vec<Run>> {
    let mut lines = vec![Vec::new()];
    let mut column = 0;
    for (text, highlighted) in runs {
        for word in text.split_inclusive(' ') {
            let length = word.chars().count();
            if column > 0 && column + word.trim_end().chars().count() > WRAP {
                lines.push(Vec::new());
                column = 0;
            }
            column += length;
            let line: &mut Vec<Run> = lines.last_mut().unwrap();
            match line.last_mut() {
                Some((last, same)) if same == highlighted => last.push_str(word),
                _ => line.push((word.to_owned(), *highlighted)),
            }
        }
    }
    lines
}
