from __future__ import annotations

import pytest

from rag.write.verify import MIN_SUPPORT, EmbeddingSupport, Verdict, says_something, verify
from tests.fake_writer import SharedWords
from tests.fakes import FakeEmbedder

TALKS = (
    "On 31 May 2007 US Ambassador Ryan Crocker met his Iranian counterpart Hassan Kazemi-Qomi in "
    "Baghdad for four hours."
)
LOSSES = "The storm killed 12 people and wounded 30, officials in Manila said on Monday."
PRICES = "While oil rose by 5 percent to $70 a barrel, gas fell 3% in New York."
FERRY = "The ferry Aurora, built in 1998, sank off Malta after it collided with a tanker."
DENIAL = "The minister denied that the army had shelled the village of Anar."
VOTE = "Parliament did not approve the budget, but it adopted the water law by 104 votes to 98."
SALE = "Norden Bank bought the insurer Helvia for more than 4.5 million euros in March 2011."
SUED = "The painter Ada Lind sued the gallery owner Tom Berg in 2003."

HELD = [
    (TALKS, "Ryan Crocker met Hassan Kazemi-Qomi in Baghdad."),
    (TALKS, "Crocker and Kazemi met for 4 hours in Baghdad."),
    (TALKS, "The meeting of Crocker with Kazemi-Qomi was for four hours."),
    (TALKS, "The ambassadors met in Baghdad on May 31, 2007."),
    (TALKS, "Ambassador Crocker met his Iranian counterpart in 2007."),
    (TALKS, "The United States Ambassador met his counterpart in May 2007."),
    (TALKS, "Hassan Kazemi-Qomi met Ryan Crocker."),
    (LOSSES, "According to officials in Manila, twelve people died in the storm."),
    (LOSSES, "Officials said on Monday that 12 people were killed and 30 were injured."),
    (PRICES, "Oil increased by five per cent to 70 dollars."),
    (PRICES, "In New York gas fell 3 percent."),
    (PRICES, "Gas dropped."),
    (FERRY, "The Aurora sank off Malta after a collision with a tanker."),
    (FERRY, "The vessel was built in 1998."),
    (DENIAL, "The minister denied that the army shelled Anar."),
    (VOTE, "The budget was not approved by parliament."),
    (VOTE, "The water law was adopted."),
    (VOTE, "The law was adopted by 104 votes to 98."),
    (SALE, "Helvia was purchased by Norden Bank in 2011."),
    (SALE, "Norden Bank bought Helvia for more than €4,500,000."),
    (SUED, "In 2003 Lind sued Berg."),
    (SUED, "Tom Berg was sued by Ada Lind."),
    (
        "The agency stated that the well holds 40 litres.",
        "The agency says the well holds 40 litres.",
    ),
    ("Nobody was hurt in the fire at Rennes.", "No one was injured in the fire at Rennes."),
    ("The IAEA closed the site.", "The International Atomic Energy Agency closed the site."),
    ("He called it “a very small step” for peace.", "He called it “a very small step”."),
    ("The talks were long and they brought no agreement.", "The talks did not bring an agreement."),
    ("He moved from his flat to the house of a friend.", "He moved to the house of a friend."),
]

TURNED = [
    (TALKS, "Ryan Crocker met Hassan Kazemi-Qomi in Tehran.", "name"),
    (TALKS, "Ryan Kazemi met Hassan Crocker in Baghdad.", "name"),
    (TALKS, "Crocker met Kazemi-Qomi for five hours.", "number"),
    (TALKS, "Crocker met Kazemi-Qomi for four days.", "number"),
    (TALKS, "Crocker met Kazemi-Qomi on 30 May 2007.", "date"),
    (TALKS, "Crocker met Kazemi-Qomi in May 2008.", "date"),
    (TALKS, "Crocker met Kazemi-Qomi in June.", "date"),
    (TALKS, "Crocker met Kazemi-Qomi in 2006.", "number"),
    (TALKS, "Crocker never met Kazemi-Qomi.", "negation"),
    (TALKS, "Crocker could meet Kazemi-Qomi in Baghdad.", "less certain"),
    (TALKS, "Crocker secretly met Kazemi-Qomi in Baghdad.", "word: secret"),
    (TALKS, "She met her counterpart in Baghdad.", "opposite"),
    (LOSSES, "Officials said 30 people were killed and 12 wounded.", "number"),
    (LOSSES, "Officials said on Tuesday that the storm killed 12 people.", "date"),
    (LOSSES, "The storm killed 12 people in Manila.", "more certain: said"),
    (LOSSES, "Officials said more than 12 people were killed.", "number"),
    (LOSSES, "Officials said the storm wounded 12 people.", "number"),
    (PRICES, "Gas rose in New York.", "opposite"),
    (PRICES, "Oil fell by 5 percent.", "opposite"),
    (PRICES, "Oil rose to 5 percent.", "number"),
    (PRICES, "Gas fell by 5 percent.", "number"),
    (PRICES, "Oil rose by 70 dollars.", "number"),
    (FERRY, "The Aurora sank before it collided with a tanker.", "opposite"),
    (FERRY, "The tanker sank off Sicily.", "name"),
    (FERRY, "The Aurora was built in 1989.", "number"),
    (DENIAL, "The army shelled the village of Anar.", "negation"),
    (DENIAL, "The minister said the army shelled Anar.", "negation"),
    (VOTE, "Parliament approved the budget.", "negation"),
    (VOTE, "Parliament did not adopt the water law.", "negat"),
    (VOTE, "The law was adopted by 98 votes to 104.", "number"),
    (SALE, "Norden Bank bought Helvia for less than 4.5 million euros.", "number"),
    (SALE, "Norden Bank bought Helvia for more than 4.5 billion euros.", "number"),
    (SALE, "Norden Bank bought Helvia for more than 4.5 million dollars.", "number"),
    (SALE, "Helvia bought Norden Bank.", "word order"),
    (SALE, "Norden Bank sold Helvia.", "opposite"),
    (
        "The link between capital, trade and empire is debated.",
        "The link between capital, empire and empire is debated.",
        "said twice",
    ),
    ("Parts of the wall are still standing.", "The wall is still standing.", "something else"),
    ("Some Normans joined the Turks.", "The Normans joined the Turks.", "something else"),
    (
        "Following a long period of setbacks, the empire declined.",
        "The empire was a long period of setbacks.",
        "something else: long",
    ),
    (
        "When Edward returned from his father's refuge, he was king.",
        "Edward returned to his father's refuge.",
        "word order",
    ),
    (
        "There were the Momo, Ruun's first cabaret, and Leo Berg's theatre Melodia.",
        "Ruun's first cabaret was Leo Berg's theatre Melodia.",
        "something else",
    ),
    (
        "Some policies of the emperors harmed the farmers.",
        "The emperors harmed the farmers.",
        "something else",
    ),
    ("The law is applied by the Court of Ruun.", "Ruun applies the law.", "something else: Ruun"),
    ("The Berg law is applied by courts.", "The Berg is applied by courts.", "Berg"),
    ("The king readied the move of the court to Ruun.", "The king moved the court.", "planned"),
    ("Frontex, the agency for borders, sits in Ruun.", "The agency for borders is.", "no verb"),
    (SUED, "Tom Berg sued Ada Lind.", "word order"),
    (SUED, "Ada Lind was sued by Tom Berg.", "word order"),
    ("The army attacked the rebels at dawn.", "The rebels attacked the army.", "word order"),
    ("Exports rose as imports fell.", "Imports rose.", "something else"),
    ("Ann flew from Oslo to Rome.", "Ann flew from Rome to Oslo.", "word order"),
    ("Officials praised the report.", "Officials criticised the report.", "opposite"),
    ("Lund may close the mine.", "Lund closed the mine.", "more certain: possibly"),
    ("Lund plans to close the mine.", "Lund closed the mine.", "more certain: planned"),
    ("The men were accused of theft in Bonn.", "The men committed theft in Bonn.", "allegedly"),
    ("He did not visit Rome and met Ann in Oslo.", "He did not meet Ann in Oslo.", "else is neg"),
    ("He did not deny taking the money.", "He took the money.", "negation"),
    ("Some members left.", "All members left.", "opposite"),
    (
        "The agency says the well holds 40 litres.",
        "The agency stated that the well holds 40 litres.",
        "stated",
    ),
    ("The mayor was late and fled the city.", "The mayor who was late.", "no verb"),
    ("About 500 people came.", "At least 500 people came.", "number"),
    (
        "Ann Berg was the second woman on the court.",
        "Ann Berg was the first woman on the court.",
        "number",
    ),
    ("The shop opens at 5 p.m. on weekdays.", "The shop opens at 5 a.m. on weekdays.", "number"),
    ("He called it a step for peace.", "He called it “a leap for peace”.", "quoted words"),
    ("He called it a step.", "Did he call it a step?", "question"),
    ("He called it a step.", "He is it.", "nothing"),
    ("John Adams and Mary Smith came.", "John Smith came.", "name"),
]


@pytest.mark.parametrize(("quote", "claim"), HELD)
def test_what_the_quote_states_in_other_words_holds(quote: str, claim: str) -> None:
    assert verify(claim, [quote], Always()) == Verdict(ok=True)


@pytest.mark.parametrize(("quote", "claim", "reason"), TURNED)
def test_what_the_quote_does_not_state_fails(quote: str, claim: str, reason: str) -> None:
    verdict = verify(claim, [quote], Always())
    assert not verdict.ok
    assert reason in verdict.reason


@pytest.mark.parametrize("quote", [TALKS, LOSSES, PRICES, FERRY, DENIAL, VOTE, SALE, SUED])
def test_every_quote_holds_itself(quote: str) -> None:
    assert verify(quote, [quote], SharedWords()) == Verdict(ok=True)


def test_two_quotes_hold_together_what_neither_holds_alone() -> None:
    claim = "Lind sued Berg, and Norden Bank bought Helvia."
    assert verify(claim, [SUED, SALE], Always()).ok
    assert not verify(claim, [SUED], Always()).ok
    assert not verify(claim, [SALE], Always()).ok


def test_no_quotes_hold_nothing() -> None:
    assert not verify("Lind sued Berg.", [], Always()).ok


def test_a_quote_that_is_far_as_a_whole_holds_nothing() -> None:
    verdict = verify("Gas dropped.", [PRICES], Always(MIN_SUPPORT - 0.01))
    assert verdict == Verdict(ok=False, reason="similarity 0.29")
    assert verify("Gas dropped.", [PRICES], Always(MIN_SUPPORT)).ok


@pytest.mark.parametrize("text", ["It is.", "", "…", "And so they did it."])
def test_what_says_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", ["Four.", "In May.", "Oslo", "It sank.", "未来"])
def test_what_says_something(text: str) -> None:
    assert says_something(text)


def test_the_embedder_compares_texts() -> None:
    support = EmbeddingSupport(FakeEmbedder())
    assert support.score(FERRY, FERRY) == pytest.approx(1.0, abs=1e-3)
    assert support.score(FERRY, "The ferry sank.") > support.score(FERRY, "Gas dropped.")


class Always:
    """``Support`` that has one opinion."""

    def __init__(self, opinion: float = 1.0) -> None:
        self.opinion = opinion

    def score(self, claim: str, quote: str) -> float:
        return self.opinion
