//! Rego by regorus, asked the questions of the scene, on its interpreter and on its virtual machine. Data and inputs
//! are built before anything is measured.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{CompiledPolicy, Engine, Rc, Value};

use crate::scene::{self, ADULT_AGE, ADULT_PURPOSES, Asked, Form, PURPOSES, Subject};

const ENTRY: &str = "data.scene.allow";

/// The same rules on both of regorus's engines.
pub struct Rego {
    interpreted: CompiledPolicy,
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Rego {
    /// # Errors
    /// What regorus says of its input.
    pub fn new(form: Form, data: &Value, questions: &[Asked]) -> Result<Self, String> {
        let mut engine = Engine::new();
        engine
            .add_policy("scene.rego".to_owned(), policy(form))
            .and_then(|_| engine.add_data(data.clone()))
            .map_err(|error| format!("{error:#}"))?;
        let interpreted = engine
            .compile_with_entrypoint(&Rc::from(ENTRY))
            .map_err(|error| format!("{error:#}"))?;
        let program = Compiler::compile_from_policy(&interpreted, &[ENTRY])
            .map_err(|error| format!("{error:?}"))?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine
            .set_data(data.clone())
            .map_err(|error| format!("{error:?}"))?;
        Ok(Self {
            interpreted,
            machine,
            inputs: questions.iter().map(input).collect(),
        })
    }

    /// Whether the interpreter allows question number `index`.
    pub fn interpreter_allows(&self, index: usize) -> bool {
        let answer = self.interpreted.eval_with_input(self.inputs[index].clone());
        answer.is_ok_and(|answer| answer == Value::Bool(true))
    }

    /// Whether the virtual machine allows question number `index`.
    pub fn machine_allows(&mut self, index: usize) -> bool {
        self.machine.set_input(self.inputs[index].clone());
        let answer = self.machine.execute();
        answer.is_ok_and(|answer| answer == Value::Bool(true))
    }
}

/// Every subject as a value, by number, with consents as a set.
pub fn data(subjects: &[Subject]) -> Value {
    let subject = |subject: &Subject| {
        let mut consents = Value::new_set();
        if let Ok(names) = consents.as_set_mut() {
            names.extend(
                subject
                    .purposes()
                    .map(|number| scene::purpose(number).into()),
            );
        }
        object([
            ("consents", consents),
            ("age", Value::from(u64::from(subject.age))),
        ])
    };
    let subjects: Vec<Value> = subjects.iter().map(subject).collect();
    let mut adults = Value::new_set();
    if let Ok(names) = adults.as_set_mut() {
        names.extend((0..ADULT_PURPOSES).map(|number| scene::purpose(number).into()));
    }
    object([("subjects", subjects.into()), ("for_adults", adults)])
}

fn input(asked: &Asked) -> Value {
    object([
        ("subject", Value::from(asked.subject as u64)),
        ("purpose", scene::purpose(asked.purpose).into()),
    ])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let mut object = Value::new_object();
    if let Ok(map) = object.as_object_mut() {
        map.extend(fields.map(|(name, value)| (name.into(), value)));
    }
    object
}

fn policy(form: Form) -> String {
    let head = format!(
        "package scene\n\nimport rego.v1\n\ndefault allow := false\n\ndefault forbidden := false\n\n\
         forbidden if {{\n    input.purpose in data.for_adults\n    data.subjects[input.subject].age < {ADULT_AGE}\n}}\n\n"
    );
    let rule = |number| {
        let name = scene::purpose(number);
        format!(
            "allow if {{\n    input.purpose == \"{name}\"\n    \"{name}\" in data.subjects[input.subject].consents\n    not forbidden\n}}\n\n"
        )
    };
    match form {
        Form::Rules => head + &(0..PURPOSES).map(rule).collect::<String>(),
        Form::Lookup => {
            head + "allow if {\n    input.purpose in data.subjects[input.subject].consents\n    not forbidden\n}\n"
        }
    }
}
