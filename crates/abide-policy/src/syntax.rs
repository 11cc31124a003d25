//! KDL text to statements with exact spans. Never gives up: what cannot be parsed becomes a finding and the rest goes on.

use std::ops::Range;

use kdl::{KdlDocument, KdlEntry, KdlError, KdlNode, KdlValue};

use crate::check::{
    duplicate_property, not_utf8, syntax_error, text_too_deep, text_too_large, value_not_text,
};
use crate::diagnostic::Findings;
use crate::guard::{self, Cut, Refused};
use crate::source::{SourceFile, Span, Spanned};

/// One line of source: `(CLAUSE)name args… prop=value { children }`.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The clause id in front.
    pub clause: Option<Spanned<String>>,
    /// The first word.
    pub name: Spanned<String>,
    /// The words after it, in order.
    pub args: Vec<Argument>,
    /// The properties, in order; each name once.
    pub props: Vec<Property>,
    /// The statements in its block.
    pub children: Vec<Statement>,
    /// The whole statement.
    pub span: Span,
}

/// A word or string, with the annotation in front of it (`(reasonable)"14 days"`).
#[derive(Debug, Clone)]
pub struct Argument {
    /// The text; numbers and keywords keep the form they were written in.
    pub text: String,
    /// The annotation.
    pub note: Option<Spanned<String>>,
    /// Where it stands.
    pub span: Span,
}

/// `name=value`.
#[derive(Debug, Clone)]
pub struct Property {
    /// The name.
    pub name: Spanned<String>,
    /// The value.
    pub value: Argument,
}

/// Parses one file into statements; everything wrong goes to `findings`.
pub fn parse(file: &SourceFile, index: u32, findings: &mut Findings) -> Vec<Statement> {
    match guard::inspect(&file.text) {
        Ok(()) => {}
        Err(Refused::TooLarge) => {
            findings.push(text_too_large::at(Span::new(index, 0, 0), file.text.len()));
            return Vec::new();
        }
        Err(Refused::TooDeep(at)) => {
            findings.push(text_too_deep::at(Span::new(index, at, at + 1)));
            return Vec::new();
        }
    }
    if let Some(at) = file.not_utf8_at {
        findings.push(not_utf8::at(Span::new(
            index,
            at,
            at + '\u{FFFD}'.len_utf8(),
        )));
    }
    let mut reader = Reader {
        text: &file.text,
        file: index,
        findings,
    };
    reader.read(0..file.text.len())
}

struct Reader<'a> {
    text: &'a str,
    file: u32,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    /// Parses statement by statement. The KDL parser sees no more than a piece at once, and one that it refuses is taken
    /// apart. Depth is bounded by the nesting guard.
    fn read(&mut self, range: Range<usize>) -> Vec<Statement> {
        guard::cut(self.text, range)
            .iter()
            .filter_map(|cut| match self.parse(&cut.whole) {
                Some(Ok(document)) => self.first(&document, cut.whole.start),
                Some(Err(_)) => self.take_apart(cut, Self::recover),
                None => self.take_apart(cut, Self::read),
            })
            .collect()
    }

    /// Parses the statements of a block that is known to be wrong somewhere, each taken apart at once: to try every
    /// block as a whole first would read the text once for each of its depths.
    fn recover(&mut self, range: Range<usize>) -> Vec<Statement> {
        guard::cut(self.text, range)
            .iter()
            .filter_map(|cut| self.take_apart(cut, Self::recover))
            .collect()
    }

    /// The document in a piece of the text; `None` if the parser must not be given the piece.
    fn parse(&self, range: &Range<usize>) -> Option<Result<KdlDocument, KdlError>> {
        let piece = self.text.get(range.clone())?;
        guard::is_safe(piece).then(|| KdlDocument::parse_v2(piece))
    }

    fn first(&mut self, document: &KdlDocument, base: usize) -> Option<Statement> {
        self.statements(document, base).into_iter().next()
    }

    /// Parses a statement as its head and, with `inner`, the statements of its block.
    fn take_apart(
        &mut self,
        cut: &Cut,
        inner: fn(&mut Self, Range<usize>) -> Vec<Statement>,
    ) -> Option<Statement> {
        let Some(block) = cut.block.clone() else {
            return self.head(&cut.whole);
        };
        // A commented-out block is left aside; a block without a head is an error of its own.
        let head = self.text.get(cut.head.clone())?.trim_end();
        let kept = head.strip_suffix("/-");
        let head = cut.head.start..cut.head.start + kept.unwrap_or(head).len();
        let mut statement = if head.is_empty() {
            self.findings.push(syntax_error::headless(
                self.span(cut.whole.start..block.start),
            ));
            None
        } else {
            self.head(&head)
        };
        if kept.is_some() {
            return statement;
        }
        if !self.text.get(block.end..)?.starts_with('}') {
            self.findings.push(syntax_error::unclosed(
                self.span(block.start.saturating_sub(1)..block.start),
            ));
        }
        if let Some(tail) = cut.tail {
            self.findings
                .push(syntax_error::after_block(self.span(tail..cut.whole.end)));
        }
        let children = inner(self, block);
        if let Some(statement) = statement.as_mut() {
            statement.children = children;
            statement.span = self.span(cut.whole.clone());
        }
        statement
    }

    /// Parses a statement without a block.
    fn head(&mut self, range: &Range<usize>) -> Option<Statement> {
        match self.parse(range) {
            Some(Ok(document)) => self.first(&document, range.start),
            Some(Err(error)) => {
                self.report(&error, range.clone());
                None
            }
            None => {
                self.findings
                    .push(syntax_error::too_long(self.span(range.clone())));
                None
            }
        }
    }

    fn at(&self, base: usize, offset: usize, length: usize) -> Span {
        Span::new(self.file, base + offset, base + offset + length)
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// Reports the first thing the parser says about this piece: what follows is usually its echo.
    fn report(&mut self, error: &KdlError, range: Range<usize>) {
        let Some(first) = error.diagnostics.first() else {
            return;
        };
        let start = range.start + first.span.offset();
        let end = (start + first.span.len().max(1)).min(range.end.max(start + 1));
        let snippet = self.text.get(range.clone()).unwrap_or_default();
        let finding = syntax_error::at(self.span(start..end), first, snippet);
        self.findings.push(finding);
    }

    fn statements(&mut self, document: &KdlDocument, base: usize) -> Vec<Statement> {
        document
            .nodes()
            .iter()
            .map(|node| self.statement(node, base))
            .collect()
    }

    fn statement(&mut self, node: &KdlNode, base: usize) -> Statement {
        let name = Spanned {
            value: node.name().value().to_owned(),
            span: self.at(base, node.name().span().offset(), node.name().span().len()),
        };
        let clause = node.ty().map(|ty| Spanned {
            value: ty.value().to_owned(),
            span: self.at(base, ty.span().offset(), ty.span().len()),
        });
        let span = self.at(base, node.span().offset(), node.span().len());
        let start = clause
            .as_ref()
            .map_or(name.span, |clause| clause.span.with_parenthesis());
        let mut statement = Statement {
            clause,
            name,
            args: Vec::new(),
            props: Vec::new(),
            children: Vec::new(),
            span: span.to(start),
        };
        for entry in node.entries() {
            self.entry(entry, base, &mut statement);
        }
        if let Some(children) = node.children() {
            statement.children = self.statements(children, base);
        }
        statement
    }

    fn entry(&mut self, entry: &KdlEntry, base: usize, statement: &mut Statement) {
        let note = entry.ty().map(|ty| Spanned {
            value: ty.value().to_owned(),
            span: self.at(base, ty.span().offset(), ty.span().len()),
        });
        let span = self.at(base, entry.span().offset(), entry.span().len());
        let value = |text: String| Argument {
            text,
            note: note.clone(),
            span,
        };
        let text = match entry.value() {
            KdlValue::String(text) => text.clone(),
            KdlValue::Integer(number) => number.to_string(),
            KdlValue::Bool(truth) => truth.to_string(),
            KdlValue::Float(_) | KdlValue::Null => {
                self.findings.push(value_not_text::at(span));
                return;
            }
        };
        let Some(name) = entry.name() else {
            statement.args.push(value(text));
            return;
        };
        let name = Spanned {
            value: name.value().to_owned(),
            span: self.at(base, name.span().offset(), name.span().len()),
        };
        if let Some(earlier) = statement
            .props
            .iter()
            .find(|earlier| earlier.name.value == name.value)
        {
            self.findings.push(duplicate_property::at(
                &name,
                &earlier.name,
                &[&earlier.value.text, &text],
            ));
            return;
        }
        statement.props.push(Property {
            name,
            value: value(text),
        });
    }
}
