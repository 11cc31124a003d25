//! The pages about requests in English. Says "you" to whoever reads, and never scolds.

use abide_rights::request::{Kind, Reason};

use super::{AskWords, FollowWords, RequestWords, Said, StandingWords};

pub(super) const WORDS: RequestWords = RequestWords {
    ask: AskWords {
        title: "Ask us about your data",
        about: "A copy, a correction, erasure, or a complaint. You see at any time where your request stands.",
        lead: "Tell us what you want and where we can reach you. Before we show or erase anything, we make sure that it is you.",
        sooner: "If something should just stop, that is quicker and needs no proof:",
        what: "What would you like?",
        text: "Anything we should know",
        text_hint: "For a correction or a complaint, say what is wrong. Please write no passwords and no card numbers.",
        whom: "How do we know you?",
        whom_hint: "One address, the one that we have. A letter with a code goes there, so that nobody else can ask in your name. If you ask for somebody else, it is theirs.",
        signed_in: "You are signed in, so we know that it is you.",
        acting: "For whom do you ask?",
        myself: "For myself",
        parent: "For my child",
        agent: "For somebody who authorised me",
        name: "Your name, if you ask for somebody else",
        name_hint: "We will ask you to show that you may.",
        reply: "Your email address, if you ask for somebody else",
        reply_hint: "Letters about the request go there; the code goes to the person.",
        send: "Send the request",
        wrong_kind: "Choose what you would like",
        wrong_text: "Say in a few words what is wrong, at most 8,000 characters",
        wrong_whom: "Fill in an email address or a phone number",
        wrong_both: "Fill in one of the two: a request is about one address",
        wrong_name: "Fill in your name, so that we know who asks",
        received_title: "We have your request",
        received: "It is recorded with today's date, from which our time to answer runs.",
        next: "What happens next",
        steps: &[
            "A letter goes to the address that you gave, with the number of your request.",
            "If we have to make sure that it is you, another letter brings a code.",
            "Number and code open the page of your request, where you see by when we answer.",
        ],
        follow: "Follow my request",
    },
    follow: FollowWords {
        title: "Follow my request",
        about: "What happened, what is next, by when, and which law says so.",
        lead: "The letter that we sent you has a number, and the one after it a code.",
        number: "Number of the request",
        number_hint: "32 letters and digits",
        code: "Code",
        code_hint: "Eight letters and digits; capitals and spaces do not matter",
        send: "Show my request",
        wrong: "Number and code do not fit, or the time of the code is over. Have another code sent below",
        again: "No code, or it has run out",
        again_lead: "We send another one to the address of the request.",
        again_send: "Send me a code",
        sent_title: "Look into your letters",
        sent: "If there is such a request, a code is on its way to its address. Another can be sent in ten minutes.",
        letter: (
            "Your code",
            "The code is {}. It counts for {} minutes, once. If you did not ask for it, you need not do anything.\n\nRequest {}\n",
        ),
    },
    request: StandingWords {
        waits_for_proof: "We have it, and have to make sure that it is you.",
        waits_for_authority: "We have it, and have to see that it may be asked for somebody else.",
        in_progress: "We are working on it.",
        fulfilled: "It is answered.",
        denied: "We could not do what you asked for.",
        appealed: "You asked us to look at our refusal again.",
        appeal: "Look at it again",
        appeal_lead: "If you disagree, ask us once to look at it again. Somebody else decides then.",
        revoked: "You took it back.",
        expired: "It is over: we did not learn in time that it is you.",
        next: "What is next",
        next_proof: "Enter the code from our letter, or sign in and ask again.",
        next_authority: "Whoever asks for somebody else shows us that they may: a signed permission, or what shows that it is their child. The first page says how to reach us; name the number below.",
        next_approval: "A second person looks at it before it is done.",
        next_held: "A court or an authority demands that the data be kept for the time being. We look again every day.",
        next_stuck: "One of our systems could not be reached. We try again every hour.",
        next_us: "You need not do anything.",
        nothing: "Nothing: it is done.",
        ready: "Your data is ready. It can be downloaded once; keep the file where nobody else gets at it.",
        ready_elsewhere: "Your data is ready. We hand it over in another way; write to us.",
        fetch: "Download my data",
        delivered: "You downloaded your data. It can be downloaded once; you may ask again.",
        dropped: "What we had packed is gone; you may ask again.",
        revoke: "Take the request back",
        late: "We are late, and know it. You may complain to us and to the authority.",
        due: "You have our answer by {}.",
        due_house: "Neither our notice nor a law names a day for this; it is our own.",
        due_law: "because of {}, {}",
        due_notice: "because our notice promises it:",
        happened: "What happened",
        at: "{}: {}",
        unhappy: "Not content?",
        unhappy_lead: "Tell us. You may also turn to the authority that is named in our notice, or to a court.",
    },
    kind,
    reason,
    events: &[
        ("asked", "you asked"),
        ("codes-sent", "a code was sent"),
        ("verified", "you showed that it is you"),
        (
            "authorised",
            "it was shown that you may ask for somebody else",
        ),
        ("acknowledged", "we confirmed that it arrived"),
        ("approved", "a second person approved it"),
        ("extended", "the answer was put off; a letter says why"),
        ("overdue", "we missed a time"),
        ("started", "we began to erase"),
        (
            "taken-back",
            "what we had begun to erase was put back, and somebody looks at it again",
        ),
        ("held", "the data has to be kept for the time being"),
        ("stuck", "one of our systems could not be reached"),
        ("recorded", "what you said was recorded, and holds"),
        ("packed", "your data was packed"),
        ("done", "it was done"),
        ("delivered", "you downloaded your data"),
        ("dropped", "the package was removed"),
        ("fulfilled", "it was answered"),
        ("denied", "it was refused; a letter says why"),
        ("appealed", "you asked us to look at it again"),
        ("revoked", "you took it back"),
        ("expired", "its time ran out"),
    ],
};

fn kind(kind: Kind) -> Said {
    match kind {
        Kind::Know => (
            "Know what you hold",
            "Which data there is, from where, why, and who got it.",
        ),
        Kind::Access => (
            "Get a copy of my data",
            "Everything that we hold about you, as a file.",
        ),
        Kind::Portability => (
            "Take my data elsewhere",
            "A file that other programs can read.",
        ),
        Kind::Correct => ("Correct my data", "Something is wrong or incomplete."),
        Kind::Erase => ("Erase my data", "Everything that no law makes us keep."),
        Kind::Restrict => (
            "Stop using my data for a while",
            "We keep it and do nothing else with it.",
        ),
        Kind::Object => (
            "Object to a use",
            "We stop unless we have compelling reasons, and tell you which.",
        ),
        Kind::Anonymise => (
            "Make my data anonymous",
            "Nobody can tell any more that it is yours.",
        ),
        Kind::WithdrawConsent => ("Take consent back", "It holds at once."),
        Kind::OptOutSale => ("No sale and no sharing", "It holds at once."),
        Kind::LimitSensitive => ("Limit the use of sensitive data", "It holds at once."),
        Kind::StopMarketing => ("No marketing", "It holds at once."),
        Kind::Disclosures => (
            "Know who received my data",
            "A list of those who got it for their own marketing.",
        ),
        Kind::Complaint => (
            "Complain",
            "Something went wrong, or you are not content with an answer.",
        ),
        Kind::ObjectToChange => (
            "Object to a change of the notice",
            "The old version goes on to hold for you where it can.",
        ),
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::SuspectedFraud => "We have reason to think that somebody else asked in your name.",
        Reason::InsufficientVerification => "We could not make sure that it is you.",
        Reason::NoMatch => "We found nobody who is known by what you gave.",
        Reason::ClaimNotCovered => {
            "Our notice or a law lets us keep to what we do; the letter says which."
        }
        Reason::OutsideJurisdiction => "The right does not hold where you live.",
        Reason::TooManyRequests => "It was asked more often than we have to answer.",
        Reason::Other => "The letter says why.",
    }
}
