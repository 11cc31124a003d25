"""What the cache may give and when."""

import unittest

from abide_client.cache import Cache


class CacheTest(unittest.TestCase):
    def setUp(self) -> None:
        self.cache: Cache[int] = Cache(2)

    def put(self, key: str, subject: str, answer: int) -> None:
        self.cache.put(key, subject, answer, 0.0, self.cache.mark())

    def get(self, key: str, now: float = 0.0, max_age: float = 10.0) -> int | None:
        return self.cache.get(key, now, max_age)

    def test_the_one_unused_for_longest_goes_first(self) -> None:
        self.put("a", "s", 1)
        self.put("b", "s", 2)
        self.assertEqual(self.get("a"), 1)
        self.put("c", "s", 3)
        self.assertEqual([self.get(key) for key in "abc"], [1, None, 3])
        self.assertEqual(len(self.cache), 2)

    def test_an_answer_is_given_until_it_is_too_old(self) -> None:
        self.put("a", "s", 1)
        self.assertEqual(self.get("a", now=9.0), 1)
        self.assertIsNone(self.get("a", now=10.0))
        self.assertIsNone(self.get("a", max_age=0.0))

    def test_an_answer_that_was_under_way_while_its_subject_spoke_is_not_kept(self) -> None:
        mark = self.cache.mark()
        self.cache.forget("s")
        self.cache.put("a", "s", 1, 0.0, mark)
        self.assertIsNone(self.get("a"))

    def test_forgetting_one_subject_leaves_the_others(self) -> None:
        self.put("a", "s", 1)
        self.put("b", "t", 2)
        self.cache.forget("s")
        self.assertEqual([self.get("a"), self.get("b")], [None, 2])
        self.cache.forget()
        self.assertEqual(len(self.cache), 0)


if __name__ == "__main__":
    unittest.main()
