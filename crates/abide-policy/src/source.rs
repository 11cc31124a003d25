//! Source files and the spans that point into them. Holds text; never reads it from disk.

use schemars::JsonSchema;
use serde::Serialize;

/// One source file as it was given: its display path and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path shown in messages.
    pub path: String,
    /// The text, which spans index by byte.
    pub text: String,
    /// The first byte of the original that is not UTF-8; U+FFFD stands in its place.
    pub not_utf8_at: Option<usize>,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl SourceFile {
    /// A file with the given display path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            path: path.into(),
            lines: std::iter::once(0).chain(ends).collect(),
            text,
            not_utf8_at: None,
        }
    }

    /// A file from raw bytes. Bytes that are not UTF-8 become U+FFFD.
    pub fn from_bytes(path: impl Into<String>, bytes: &[u8]) -> Self {
        let wrong = std::str::from_utf8(bytes).err();
        Self {
            not_utf8_at: wrong.map(|error| error.valid_up_to()),
            ..Self::new(path, String::from_utf8_lossy(bytes))
        }
    }

    /// The one-based line and column (in characters) of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.text.floor_char_boundary(offset as usize);
        let line = self.line_of(offset);
        let before = self.text.get(line.start..offset).unwrap_or_default();
        Position {
            line: line.number,
            column: 1 + before.chars().count(),
        }
    }

    /// The line that holds a byte offset.
    pub fn line_of(&self, offset: usize) -> Line {
        let number = self.lines.partition_point(|start| *start <= offset).max(1);
        Line {
            number,
            start: self.lines.get(number - 1).copied().unwrap_or(0),
            end: self.lines.get(number).copied().unwrap_or(self.text.len()),
        }
    }
}

/// A line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// One-based number.
    pub number: usize,
    /// Its first byte.
    pub start: usize,
    /// One past its line end.
    pub end: usize,
}

/// A place in a file for people: one-based line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Position {
    /// One-based line.
    pub line: usize,
    /// One-based column, in characters.
    pub column: usize,
}

/// A range of bytes in one of the files given to the compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Span {
    /// Index of the file in the order given; [`Span::LIBRARY`] for text that ships with the program.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The file index that stands for the shipped vocabulary and laws.
    pub const LIBRARY: u32 = u32::MAX;

    /// The range `start..end` of `file`. Offsets beyond 4 GiB cannot occur: the size guard refuses such files.
    pub fn new(file: u32, start: usize, end: usize) -> Self {
        let clamp = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self {
            file,
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// The smallest span that holds both, which must be of one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The span of an annotation, widened to the `(` in front of it.
    #[must_use]
    pub fn with_parenthesis(self) -> Self {
        Self {
            start: self.start.saturating_sub(1),
            ..self
        }
    }

    /// Whether this points into text that ships with the program.
    pub fn is_library(self) -> bool {
        self.file == Self::LIBRARY
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}
