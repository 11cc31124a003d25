//! Devices and accounts joined from two nodes at once, in long chains and in circles: whoever was joined is one subject.

use abide_store::{Keys, Refusal, StoreError, SubjectToken};

use crate::chance::{Chance, rounds};
use crate::stage::{Node, Place, at, named};

async fn known(node: &Node, names: &[String]) -> Vec<SubjectToken> {
    let mut tokens = Vec::new();
    for name in names {
        node.give(name, at(0)).await.unwrap();
        tokens.push(node.store.subject(&named(name)).await.unwrap());
    }
    tokens
}

/// Everyone, as a node that starts reads them.
async fn roots(node: &Node) -> Vec<SubjectToken> {
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let page = node.store.subjects(after, 3, at(2)).await.unwrap();
        found.extend(page.states.iter().map(|state| state.subject));
        match page.last {
            Some(last) => after = Some(last),
            None => return found,
        }
    }
}

/// Joins, and whether anything had to be joined.
async fn join(node: &Node, device: SubjectToken, into: SubjectToken) {
    match node.store.join(device, into, "sign-in", at(1)).await {
        Ok(_) | Err(StoreError::Refused(Refusal::AlreadyThere)) => {}
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn joins_that_cross_leave_one_subject() {
    let mut chance = Chance::fresh("join");
    for place in Place::both("join").await {
        let keys = Keys::generate().unwrap();
        let left = Node::open(&place.url, &keys, at(0)).await.unwrap();
        let right = Node::open(&place.url, &keys, at(0)).await.unwrap();
        for round in 0..rounds(6, 60) {
            let names: Vec<String> = (0..3).map(|name| format!("{round}-{name}")).collect();
            let tokens = known(&left, &names).await;
            // Two of the three are joined both ways at once, and the third with either.
            tokio::join!(
                join(&left, tokens[0], tokens[1]),
                join(&right, tokens[1], tokens[0]),
            );
            let either = usize::from(chance.once_in(2));
            tokio::join!(
                join(&right, tokens[2], tokens[either]),
                join(&left, tokens[either], tokens[2]),
            );
            let root = left.store.resolve(tokens[0]).await.unwrap();
            assert!(roots(&left).await.contains(&root), "{round}");
            for (token, name) in tokens.iter().zip(&names) {
                assert_eq!(right.store.resolve(*token).await.unwrap(), root, "{name}");
                let mut family = left.store.family(*token).await.unwrap();
                family.sort_unstable();
                let mut everyone = tokens.clone();
                everyone.sort_unstable();
                assert_eq!(family, everyone, "{name}");
                assert_eq!(right.store.history(*token).await.unwrap().len(), 3);
            }
        }
        left.close().await;
        right.close().await;
    }
}

#[tokio::test]
async fn a_long_chain_of_joins_leads_to_its_end() {
    for place in Place::both("chain").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        let names: Vec<String> = (0..20).map(|name| format!("link-{name}")).collect();
        let tokens = known(&node, &names).await;
        for pair in tokens.windows(2) {
            join(&node, pair[0], pair[1]).await;
        }
        for token in &tokens {
            assert_eq!(node.store.resolve(*token).await.unwrap(), tokens[19]);
        }
        node.withdraw("link-19", at(2)).await.unwrap();
        assert!(!node.is_given("link-0", at(3)).await);
        node.close().await;
    }
}

#[tokio::test]
async fn a_shared_device_belongs_to_whoever_signed_in_last() {
    for place in Place::both("shared").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        let names = ["tablet", "ada", "bob"].map(str::to_owned);
        let tokens = known(&node, &names).await;
        for account in [1, 2, 1, 2, 1] {
            node.store
                .join(tokens[0], tokens[account], "sign-in", at(1))
                .await
                .unwrap();
            assert_eq!(
                node.store.resolve(tokens[0]).await.unwrap(),
                tokens[account]
            );
            // Nobody but its owner has what was said on it.
            let owner = node.store.family(tokens[account]).await.unwrap();
            assert_eq!(owner, [tokens[account], tokens[0]]);
            let other = tokens[3 - account];
            assert_eq!(node.store.family(other).await.unwrap(), [other]);
            assert_eq!(node.store.history(other).await.unwrap().len(), 1);
        }
        node.close().await;
    }
}

#[tokio::test]
async fn a_node_that_starts_reads_who_was_joined_into_someone_otherwise_unknown() {
    for place in Place::both("unknown").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        let device = known(&node, &["tablet".to_owned()]).await[0];
        let account = node.store.subject(&named("ada")).await.unwrap();
        join(&node, device, account).await;
        assert_eq!(roots(&node).await, [account]);
        node.give("ada", at(2)).await.unwrap();
        assert_eq!(roots(&node).await, [account]);
        node.close().await;
    }
}
