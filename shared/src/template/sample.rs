//! A template with a stand-in for each token, to try it before there are values.

use super::{Part, Token};

/// The text with stand-ins, and where in the source its pieces come from.
pub(super) struct Sample {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

struct Piece {
    /// First byte in the sample.
    sample_at: usize,
    /// First byte in the source.
    source_at: usize,
    is_token: bool,
}

impl Sample {
    /// Fills a source with stand-ins.
    pub(super) fn of(
        source: &str,
        parts: &[Part],
        stand_in: impl Fn(&Token) -> &'static str,
    ) -> Self {
        let mut text = String::with_capacity(source.len());
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            let sample_at = text.len();
            let (source_at, is_token) = match part {
                Part::Literal(range) => {
                    text.push_str(source.get(range.clone()).unwrap_or_default());
                    (range.start, false)
                }
                Part::Token(token) => {
                    text.push_str(stand_in(token));
                    (token.span.start, true)
                }
            };
            pieces.push(Piece { sample_at, source_at, is_token });
        }
        Self { text, pieces }
    }

    /// The byte of the source that a byte of the sample comes from; a token's is its bracket.
    pub(super) fn source_offset(&self, sample_offset: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.sample_at <= sample_offset);
        match after.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            None => 0,
            Some(piece) if piece.is_token => piece.source_at,
            Some(piece) => piece.source_at + (sample_offset - piece.sample_at),
        }
    }
}
