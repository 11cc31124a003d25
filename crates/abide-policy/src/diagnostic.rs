//! Findings as values, and their one text and one JSON form. Never decides what is wrong: checks do.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::too_many_findings;
use crate::source::{Line, Position, SourceFile, Span};

/// With more findings than this the rest is only counted.
pub const FINDING_LIMIT: usize = 2000;
/// A finding whose places are further apart than this is shown without the text between them.
const WINDOW_LIMIT_BYTES: usize = 128 * 1024;
/// A line longer than this is not shown.
const LINE_LIMIT_BYTES: usize = 4096;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy cannot be published: `abide check` exits with 1.
    Error,
    /// Something a person should look at; suppressed line by line with a reason.
    Warning,
}

/// A place that a finding points at, and what to say there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `P0102`.
    pub code: &'static str,
    /// The check's name, `duplicate-property`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in the user's words.
    pub message: String,
    /// Where; the first is the primary place.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Says `text` at the primary place, which must be set.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Points at a second place. Places in the shipped vocabulary and laws are left out: there is no file to show.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        if !span.is_library() {
            self.labels.push(Label {
                span,
                text: text.into(),
            });
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Whether it speaks of text that could not be read, rather than of what the policy says.
    pub fn is_of_reading(&self) -> bool {
        self.code.starts_with("P01") || self.code.starts_with("P02")
    }

    /// Whether a line may ask not to hear of it. Text that cannot be read has to be mended, and a clash has to be settled
    /// by a `reading`, which the notice shows.
    pub fn may_be_allowed(&self) -> bool {
        let clash = self.code.starts_with("P05") && self.severity == Severity::Error;
        !self.is_of_reading() && !clash
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// Collects findings.
pub type Findings = Vec<Diagnostic>;

/// Sorts findings by place, then code, drops exact repeats and, beyond [`FINDING_LIMIT`], warnings before
/// errors and the last before the first.
pub fn settle(findings: &mut Findings) {
    findings.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
    findings.dedup();
    if findings.len() > FINDING_LIMIT {
        findings.sort_by_key(|finding| finding.severity);
        findings.truncate(FINDING_LIMIT);
        findings.sort_by_key(Diagnostic::span);
        let last = findings.last().and_then(Diagnostic::span);
        findings.extend(last.map(too_many_findings::at));
    }
}

/// Whether there are so many findings that a check which compares lines with each other may stop.
pub fn is_flooded(findings: &[Diagnostic]) -> bool {
    findings.len() > 10 * FINDING_LIMIT
}

/// The finding as text with the source lines it points at, without colour.
pub fn render(diagnostic: &Diagnostic, files: &[SourceFile], renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code)
        .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    for (index, file) in (0_u32..).zip(files) {
        let labels = || {
            let all = diagnostic.labels.iter().enumerate();
            all.filter(move |(_, label)| label.span.file == index)
        };
        let Some(window) = window(file, labels().map(|(_, label)| label.span)) else {
            continue;
        };
        let source = file.text.get(window.start..window.end).unwrap_or_default();
        let is_long = |span: Span| {
            let line = file.line_of(span.start as usize);
            line.end - line.start > LINE_LIMIT_BYTES
        };
        if source.len() > WINDOW_LIMIT_BYTES || labels().any(|(_, label)| is_long(label.span)) {
            for (_, label) in labels() {
                let place = file.position(label.span.start);
                let origin = Origin::path(file.path.as_str()).line(place.line);
                group = group.element(origin.char_column(place.column));
            }
            continue;
        }
        let annotations = labels().map(|(order, label)| {
            let kind = if order == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let range = char_range(&file.text, label.span);
            let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
            kind.span(range.start - window.start..range.end - window.start)
                .label(text)
        });
        group = group.element(
            Snippet::source(source)
                .path(file.path.as_str())
                .line_start(window.number)
                .annotations(annotations),
        );
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The lines from the first to the last of these places, as one; `None` if there is none.
fn window(file: &SourceFile, spans: impl Iterator<Item = Span>) -> Option<Line> {
    let range = spans
        .map(|span| char_range(&file.text, span))
        .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))?;
    Some(Line {
        end: file.line_of(range.end).end,
        ..file.line_of(range.start)
    })
}

/// All findings as plain text, one blank line between them.
pub fn render_all(findings: &[Diagnostic], files: &[SourceFile]) -> String {
    let renderer = Renderer::plain();
    findings
        .iter()
        .map(|finding| render(finding, files, &renderer) + "\n")
        .collect::<Vec<_>>()
        .join("\n")
}

fn char_range(text: &str, span: Span) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary(span.end as usize).max(start);
    start..end
}

/// A finding as JSON.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct JsonDiagnostic {
    /// Stable code.
    pub code: String,
    /// The check's name.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where; the first is the primary place.
    pub places: Vec<JsonPlace>,
}

/// A place in a file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct JsonPlace {
    /// The file's path as given.
    pub path: String,
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// What to say there.
    pub text: String,
}

/// The finding in its JSON form.
pub fn to_json(diagnostic: &Diagnostic, files: &[SourceFile]) -> JsonDiagnostic {
    let place = |label: &Label| {
        let file = files.get(label.span.file as usize)?;
        Some(JsonPlace {
            path: file.path.clone(),
            start: file.position(label.span.start),
            end: file.position(label.span.end),
            text: label.text.clone(),
        })
    };
    JsonDiagnostic {
        code: diagnostic.code.to_owned(),
        name: diagnostic.name.to_owned(),
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
        places: diagnostic.labels.iter().filter_map(place).collect(),
    }
}
