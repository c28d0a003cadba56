//! Maps the bytes of a derived text to the bytes of its source.

use crate::span::Span;

/// A half-open byte range in a derived text (a view or a decoded string), never in the source.
///
/// It is a separate type so that the two cannot be confused. [`Alignment::source`] converts it to a [`Span`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewSpan {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl ViewSpan {
    /// Creates the range `start..end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// Maps the bytes of a derived text to the bytes of its source.
///
/// A derived text is built front to back from units. A unit is either *plain* (the same bytes as in the source, mapped
/// one to one) or *atomic* (some bytes that map, as a whole, to some source bytes). An alignment without units is the
/// identity and uses no heap memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alignment {
    units: Vec<Unit>,
    end: Unit,
}

/// The start of a unit in both texts. It ends at the start of the next unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Unit {
    view: usize,
    source: usize,
    atomic: bool,
}

impl Alignment {
    /// Returns the alignment of a text that is its own source.
    #[must_use]
    pub const fn identity() -> Self {
        Self { units: Vec::new(), end: Unit { view: 0, source: 0, atomic: false } }
    }

    /// Returns whether every byte maps to itself.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.units.is_empty()
    }

    /// Appends `len` bytes that are the same in the source.
    pub fn plain(&mut self, len: usize) {
        if len == 0 {
            return;
        }
        if self.units.last().is_none_or(|unit| unit.atomic) {
            self.units.push(Unit { atomic: false, ..self.end });
        }
        self.end.view += len;
        self.end.source += len;
    }

    /// Appends `view` bytes that map, as a whole, to the next `source` bytes. If `view` is 0, the source bytes are
    /// dropped from the derived text and belong to the previous unit, or to no unit at the very start.
    pub fn atomic(&mut self, view: usize, source: usize) {
        if view == 0 && source == 0 {
            return;
        }
        self.units.push(Unit { atomic: true, ..self.end });
        self.end.view += view;
        self.end.source += source;
    }

    /// Returns the smallest source range whose units cover `span`, including bytes dropped between them.
    ///
    /// Bytes dropped before `span` are excluded. Bytes dropped directly after its last unit are included, because they
    /// modify it (a keycap, a combining accent, a zero-width joiner).
    #[must_use]
    pub fn source(&self, span: ViewSpan) -> Span {
        if self.is_identity() || span.start >= span.end {
            let at = self.start_of(span.start);
            return Span::new(at, at + (span.end - span.start) * usize::from(self.is_identity()));
        }
        Span::new(self.start_of(span.start), self.end_of(span.end))
    }

    /// Returns the plain and atomic pieces of `span`, in order, as (derived, source, atomic).
    pub fn pieces(&self, span: ViewSpan) -> impl Iterator<Item = (ViewSpan, Span, bool)> + '_ {
        let first = if self.is_identity() { 0 } else { self.unit_at(span.start) };
        let count = self.units.len().max(1);
        (first..count).map_while(move |i| {
            let unit = self.units.get(i).copied().unwrap_or_default();
            if unit.view >= span.end {
                return None;
            }
            let next = self.units.get(i + 1).copied().unwrap_or(if self.is_identity() {
                Unit { view: usize::MAX, source: usize::MAX, atomic: false }
            } else {
                self.end
            });
            if unit.atomic {
                return Some((ViewSpan::new(unit.view, next.view), Span::new(unit.source, next.source), true));
            }
            let start = span.start.max(unit.view);
            let end = span.end.min(next.view);
            let source = |at: usize| unit.source + (at - unit.view);
            Some((ViewSpan::new(start, end), Span::new(source(start), source(end)), false))
        })
    }

    /// Composes two alignments: `self` maps an intermediate text to the source, and `next` maps the final text to the
    /// intermediate one.
    ///
    /// An atomic unit of `next` maps to the sources of all its bytes, with what was dropped among and directly after
    /// them. An atomic unit of `self` that `next` splits belongs, as a whole, to its first part.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        if self.is_identity() {
            return next.clone();
        }
        if next.is_identity() {
            return self.clone();
        }
        let mut joined = Self { units: Vec::with_capacity(self.units.len() + next.units.len()), end: Unit::default() };
        let mut at = 0;
        for (i, unit) in next.units.iter().enumerate() {
            let stop = next.units.get(i + 1).copied().unwrap_or(next.end);
            if unit.atomic {
                let source = self.skip(&mut at, stop.source).max(joined.end.source);
                joined.atomic(stop.view - unit.view, source - joined.end.source);
            } else {
                self.copy(&mut at, unit.source, stop.source, &mut joined);
            }
        }
        joined
    }

    /// Skips the units up to the byte `to` of this alignment's text and returns their end in the source.
    fn skip(&self, at: &mut usize, to: usize) -> usize {
        let mut source = 0;
        while let Some(unit) = self.units.get(*at) {
            let stop = self.units.get(*at + 1).copied().unwrap_or(self.end);
            if stop.view > to {
                if unit.view < to {
                    source = if unit.atomic { stop.source } else { unit.source + (to - unit.view) };
                }
                break;
            }
            source = stop.source;
            *at += 1;
        }
        source
    }

    /// Appends the units of the bytes `from..to` of this alignment's text to `joined`.
    fn copy(&self, at: &mut usize, from: usize, to: usize, joined: &mut Self) {
        while let Some(unit) = self.units.get(*at) {
            let stop = self.units.get(*at + 1).copied().unwrap_or(self.end);
            let dropped = stop.view == unit.view;
            if unit.view > to || (unit.view == to && !dropped) {
                break;
            }
            let len = stop.view.min(to) - unit.view.max(from).min(to);
            if unit.atomic {
                joined.atomic(len, stop.source.max(joined.end.source) - joined.end.source);
            } else {
                joined.plain(len);
            }
            if stop.view > to {
                break;
            }
            *at += 1;
        }
    }

    /// Returns the index of the last unit that starts at or before `view` and is not empty.
    fn unit_at(&self, view: usize) -> usize {
        self.units.partition_point(|unit| unit.view <= view).saturating_sub(1)
    }

    fn start_of(&self, view: usize) -> usize {
        if self.is_identity() {
            return view;
        }
        let unit = self.units[self.unit_at(view)];
        if view >= self.end.view {
            self.end.source
        } else if unit.atomic {
            unit.source
        } else {
            unit.source + (view - unit.view)
        }
    }

    fn end_of(&self, view: usize) -> usize {
        // The unit that contains the last byte, then everything that was dropped directly after it.
        let last = self.unit_at(view - 1);
        let mut next = last + 1;
        let unit = self.units[last];
        let starts = |i: usize| self.units.get(i).copied().unwrap_or(self.end);
        if !unit.atomic && view < starts(next).view {
            return unit.source + (view - unit.view);
        }
        while next < self.units.len() && starts(next + 1).view == starts(next).view {
            next += 1;
        }
        starts(next).source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_maps_every_span_to_itself() {
        let alignment = Alignment::identity();
        assert_eq!(alignment.source(ViewSpan::new(3, 9)), Span::new(3, 9));
        assert_eq!(alignment.pieces(ViewSpan::new(3, 9)).count(), 1);
    }

    #[test]
    fn an_atomic_unit_is_mapped_as_a_whole() {
        // "x12y" from "xtwelvey"
        let mut alignment = Alignment::identity();
        alignment.plain(1);
        alignment.atomic(2, 6);
        alignment.plain(1);
        assert_eq!(alignment.source(ViewSpan::new(0, 1)), Span::new(0, 1));
        assert_eq!(alignment.source(ViewSpan::new(1, 2)), Span::new(1, 7));
        assert_eq!(alignment.source(ViewSpan::new(2, 3)), Span::new(1, 7));
        assert_eq!(alignment.source(ViewSpan::new(2, 4)), Span::new(1, 8));
        assert_eq!(alignment.source(ViewSpan::new(3, 4)), Span::new(7, 8));
    }

    #[test]
    fn dropped_bytes_belong_to_the_preceding_unit() {
        // "12" from "1<zw>2<zw>z", where <zw> is three bytes
        let mut alignment = Alignment::identity();
        alignment.plain(1);
        alignment.atomic(0, 3);
        alignment.plain(1);
        alignment.atomic(0, 3);
        alignment.plain(1);
        assert_eq!(alignment.source(ViewSpan::new(0, 1)), Span::new(0, 4));
        assert_eq!(alignment.source(ViewSpan::new(0, 2)), Span::new(0, 8));
        assert_eq!(alignment.source(ViewSpan::new(1, 2)), Span::new(4, 8));
        assert_eq!(alignment.source(ViewSpan::new(2, 3)), Span::new(8, 9));
    }

    #[test]
    fn two_alignments_are_composed() {
        // "a" + "..." for a 3-byte mark + "37" for "37" with 3 dropped bytes between, then "37" becomes "!".
        let mut first = Alignment::identity();
        first.plain(1);
        first.atomic(3, 3);
        first.plain(1);
        first.atomic(0, 3);
        first.plain(2);
        let mut second = Alignment::identity();
        second.plain(4);
        second.atomic(1, 2);
        second.plain(1);
        let joined = first.then(&second);
        assert_eq!(joined.source(ViewSpan::new(0, 1)), Span::new(0, 1));
        assert_eq!(joined.source(ViewSpan::new(2, 3)), Span::new(1, 4));
        assert_eq!(joined.source(ViewSpan::new(4, 5)), Span::new(4, 9));
        assert_eq!(joined.source(ViewSpan::new(5, 6)), Span::new(9, 10));
    }
}
