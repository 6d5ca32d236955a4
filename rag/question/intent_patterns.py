"""How messages are worded that are no plain questions: English patterns; pure.

All but COMMAND are to match the whole message. In each a space stands for any white space, and an
apostrophe for both of its forms or none.
"""

from __future__ import annotations

import re

from rag.question.listed import ORDINAL


def _pattern(text: str) -> re.Pattern[str]:
    text = text.replace("'", "['’]?").replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(text, re.IGNORECASE)


_ARTICLE = r"(?:(?:news )?(?:article|story)|news item)"
_DOCUMENT = rf"(?:{_ARTICLE}|piece|text|document|column|essay|editorial|report|paper|file|dispatch)"
_DOCUMENTS = (
    r"(?:(?:news )?(?:articles|stories)|news items|pieces|texts|documents|essays|papers|files"
    r"|titles|headlines)"
)
_FOLDER = (
    r"(?:(?:this|the|that|your|my) (?:whole |entire )?(?:folder|library|collection|corpus|index"
    rf"|archive|knowledge base|(?:collection|set|folder|library) of {_DOCUMENTS}))"
)
_ALL = rf"(?:(?:all |every one )?(?:of )?(?:(?:the|these|those|your|my) )?{_DOCUMENTS})"
_THESE = rf"(?:(?:all |all of )?(?:the|these|those|your|my) {_DOCUMENTS}|{_FOLDER})"
_GIVE = r"(?:(?:please )?(?:give|show|get|tell|write|make|offer|provide)(?: me| us)? )"
_SHORT = r"(?:(?:very )?(?:short|brief|quick|concise|small|simple|general|good|one-sentence),? )*"
_SUMMARY = (
    r"(?:summary|overview|gist|outline|recap|synopsis|abstract|tl;?dr"
    r"|(?:main|key|most important|central)"
    r" (?:points?|ideas?|facts?|messages?|take-?aways?|topics?))"
)
SUMMARIZE = r"(?:s[uo]m{1,2}[ae]r+i[sz]e?|sum up|recap|outline|condense|tl;?dr(?: of| for)?:?)"

# Courtesy, which may stand before and after everything else.

BEFORE = _pattern(
    r"(?:(?:hi|hello|hey|ok|okay|so|well|now|and|then|please|pls|kindly|footnote|thanks)\b[,.!:]*\s"
    r"|(?:can|could|would|will) you (?:(?:please|kindly|also|just) )?(?!help\b|do\b|see\b|read\b)"
    r"|(?:i want|i need|i'd like|i would like) (?:you )?to (?:please )?"
    r"|(?:i want|i need|i'd like|i would like) (?=(?:an?|the) )|let's )"
)
SENTENCE_COUNT = _pattern(
    r"\b(?:in|within|using|with)(?: at most| about| only| just)? (?P<count>\d{1,2}"
    r"|a|one|two|three|four|five|six|seven|eight|nine|ten) (?:single |short |simple )?"
    r"(?:sentences?|lines?|(?:bullet )?points?|bullets?)"
)
AFTER = _pattern(
    r"(?:[\s,]+(?:please|pls|thanks|thank you|for me|for us|now|again|briefly|shortly|quickly"
    r"|in (?:brief|short|detail|a nutshell|a paragraph|one paragraph|simple (?:words|terms)"
    rf"|a few (?:words|sentences|lines))|{SENTENCE_COUNT.pattern})|[\s.!?;:]+)$"
)

# Conversation.

_END = r"[\W_]*"
GREETING = _pattern(
    r"(?=\w)(?:(?:hi+|hello+|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))"
    rf"(?:,? (?:there|all|everyone|everybody|footnote|bot|again|to you))?(?:{_END}$|[,.!]? ))?"
    r"(?:(?:how are you(?: doing)?(?: today)?|how's it going|how do you do|what's up"
    rf"|nice to meet you){_END})?"
)
THANKS = _pattern(
    r"(?:(?:ok|okay|great|perfect|cool|wow|excellent|awesome|got it|i see|alright"
    r"|all right|that's all|bye|goodbye|good bye|bye bye|see you|good night|cheers|ty|thx"
    r"|(?:many )?thanks|thank you|well done|good (?:job|answer))"
    r"(?: so much| very much| a lot| again| then| now| later"
    rf"| for (?:your|the|all your) (?:help|answers?))?{_END})+"
)
IDENTITY = _pattern(
    r"(?:(?:who|what) (?:are|'re) you(?: exactly)?|what(?: is|'s) your name"
    r"|who (?:made|built|created|trained|programmed) you"
    r"|what (?:can|do) you do(?: for me)?|what are you (?:able to do|capable of"
    r"|for|good (?:at|for))"
    r"|what can i (?:ask|do)(?: you)?(?: about| for)?(?: here)?|what questions can i ask(?: you)?"
    r"|how (?:do you|does this (?:app|tool|program|chat)) work|how (?:do|can) i use (?:you|this)"
    r"|are you (?:(?:an?|the) )?(?:(?:real )?(?:person|human|robot|bot|machine|ai|chat ?bot"
    r"|(?:large )?language model|llm)|chat ?gpt|gpt(?:-?\d)?|claude|gemini|real)"
    r"|what (?:language |ai )?model (?:are you|do you use)|(?:introduce|describe|explain) yourself"
    r"|tell me about yourself|help(?: me)?|(?:can|could) you help(?: me)?)"
)

# The articles as a whole.

LIST = _pattern(
    rf"(?:(?:list|show|name|enumerate|display)(?: me| us)?(?: a list of| the titles of)? {_ALL}"
    rf"(?: (?:in|of|from) {_FOLDER})?|(?:{_GIVE})?(?:a |the )?list of {_ALL}|table of contents"
    rf"|(?:what|which|how many) {_DOCUMENTS} (?:are there(?: in {_FOLDER})?|(?:do you|do we|does"
    rf" {_FOLDER}) (?:have|hold|know|contain|include)|have you(?: got| read)?|can you (?:see|read)"
    rf"|are (?:available|indexed|in {_FOLDER}))"
    rf"|what are (?:all )?(?:the|your) {_DOCUMENTS}(?: in {_FOLDER})?"
    rf"|how (?:large|big) is {_FOLDER}"
    rf"|(?:{_GIVE}|what are )?(?:the )?(?:titles|headlines|names) of {_ALL}"
    rf"|(?:list |what are |{_GIVE})?(?:the )?(?:latest|newest|most recent) {_DOCUMENTS})"
)
LIST_OF_PERIOD = _pattern(
    rf"(?:(?:list|show|name)(?: me| us)? {_ALL}|(?:what|which) {_DOCUMENTS})"
    r"(?: (?:that )?(?:are|were)(?: there)?)?(?: published| written| printed)?"
)
"""Without the words that name the period, as PERIOD."""
FOLDER = _pattern(
    rf"(?:what(?: is|'s|'re| are) (?:in )?{_THESE}(?: in {_FOLDER})?(?: all)?(?: about)?"
    rf"|what(?: is|'s) in here|what (?:does|do) {_THESE} (?:all )?"
    r"(?:hold|have|contain|include|cover|deal with|talk about|discuss|say)"
    rf"|what (?:topics|subjects|themes) (?:do (?:you|{_THESE}) (?:cover|know|have|deal with"
    rf"|discuss)|does {_FOLDER} (?:cover|have|hold|contain|deal with)"
    rf"|are (?:there|covered)(?: in {_FOLDER})?)"
    rf"|what do you know|(?:{SUMMARIZE}|describe) (?:{_THESE}|everything|all of (?:it|them|this))"
    rf"|(?:{_GIVE})?an overview|(?:{_GIVE})?(?:an? |the )?{_SHORT}{_SUMMARY} of"
    rf" (?:{_THESE}|everything)|tell me about {_THESE})"
)
WHAT_IS_THIS = _pattern(r"what(?: is|'s) (?:this(?: all)? about|all this(?: about)?)")
PERIOD = _pattern(
    r"(?:tell me )?(?:what (?:all )?(?:happened|has happened|took place|occurred|was happening"
    r"|was going on|was (?:in )?the news|was new|went on|(?:were|are) the (?:main |biggest |top )?"
    r"(?:events|headlines|news))|anything happen(?:ed)?|(?:the )?(?:news|events|headlines))"
)

_SOURCES = (
    r"(?:(?:(?:any|all|some) (?:of )?)?(?:the |these |those |your )?"
    rf"(?:{_DOCUMENTS}|sources|reports))"
)
_DIFFER = (
    r"(?:disagree|differ|conflict|contradict(?: (?:each other|one another|themselves))?)"
    r"(?: with each other)?"
)
DIFFERENCES = _pattern(
    rf"(?:(?:what|where|how|on what|about what) do {_SOURCES} {_DIFFER}(?: (?:on|about|over|in))?"
    rf"|(?:do|does) {_SOURCES} (?:{_DIFFER}|agree)(?: with (?:each other|one another))?"
    r"|(?:are|is) there (?:any )?(?:contradictions?|disagreements?|differences|conflicts"
    rf"|discrepanc(?:y|ies))(?: (?:between|among|in) {_SOURCES})?"
    rf"|which (?:articles|sources) {_DIFFER})"
)
"""Of all articles, about nothing in particular."""
WHY = _pattern(r"(?:but |so )?(?:why|how come)(?: (?:is|was) (?:that|this|it))?(?: so| exactly)?")

# One article.

SUMMARY = _pattern(
    rf"(?:{SUMMARIZE}(?: (?P<object>.+))?"
    rf"|(?:{_GIVE}(?:an? |the |some )?|what(?: is|'s| are) the |an? |the )?{_SHORT}{_SUMMARY}"
    r"(?: of (?P<of>.+))?)"
)
WHAT_ABOUT = _pattern(
    r"what(?: is|'s) (?P<about>.+?)(?: all)? about|tell me what (?P<tells>.+) is(?: all)? about"
    r"|(?:tell me )?what does (?P<says>.+)(?<!\Wnot)"
    r" (?:say|deal with|talk about|discuss|cover|report)"
    r"|tell me (?:more )?about (?P<told>.+)"
)
THIS_ARTICLE = _pattern(
    rf"(?:(?:this|that) {_DOCUMENT}|(?:the|your|the (?:above|current|given|whole|entire|full)) "
    rf"{_ARTICLE})"
)
THIS = _pattern(rf"(?:{THIS_ARTICLE.pattern}|the {_DOCUMENT}|it|this|that|the above)")
NEWEST_ARTICLE = _pattern(rf"the (?:latest|newest|most recent) {_DOCUMENT}")
ARTICLE_ABOUT = _pattern(
    rf"(?:the|an?|that|your) {_DOCUMENT} (?:(?:that is |which is )?(?:about|on|regarding"
    r"|concerning|dealing with)|(?:with the title|titled|entitled|called|headed|named),?:?)"
    r" (?P<subject>.+)"
)
SUBJECT_ARTICLE = _pattern(rf"the (?P<subject>.+) {_ARTICLE}")
ARTICLE_TITLED = _pattern(rf"(?:the|that|your) {_ARTICLE}[,:]? (?P<subject>.+)")
_NAME = r"[^\W\d](?:[\w.-]|[\x27’]\w)*"
_AUTHOR = rf"(?P<author>(?!(?:the|this|that|an?|your|my)\b){_NAME}(?: {_NAME}){{0,4}}?)"
_ON = r"(?:about|on|regarding|concerning)"
_NEWEST = r"(?:latest|newest|most recent)"
ARTICLE_BY = _pattern(
    rf"(?:the|an?|that) (?P<newest>{_NEWEST} )?{_DOCUMENT}(?: {_ON} (?P<about>.+?))?"
    rf"(?: (?:that was )?(?:written|published))? by {_AUTHOR}(?: {_ON} (?P<on>.+))?"
)
ARTICLE_OF = _pattern(
    rf"{_AUTHOR}[\x27’]s? (?P<newest>{_NEWEST} )?{_ARTICLE}(?: {_ON} (?P<on>.+))?"
)
POINTED = _pattern(
    rf"(?:the {ORDINAL}(?: (?:ones?|{_DOCUMENT}))?(?: of (?:them|these|those))?|number [1-9]\d?"
    rf"|the other(?: (?:one|{_DOCUMENT}))?)"
)
ABOUT_POINTED = _pattern(
    r"(?:or |(?:what|how) about |(?:tell me )?more (?:about|on) |tell me about |show me |read me )*"
    rf"(?P<pointed>{POINTED.pattern})"
)

# Commands aimed at a model: how the message begins.

_TEXTS = (
    r"(?:poem|song|story|essay|letter|e-?mail|haiku|limerick|sonnet|rap|joke|novel|tweet|blog post"
    r"|speech|script|program|code|function|fairy tale|play|recipe|riddle|lyrics|verse|rhyme|report"
    r"|article|news article|press release)"
)
_RULES = (
    r"(?:(?:system )?(?:prompts?|instructions?|message)|rules?|guidelines?|restrictions?|training"
    r"|programming|directions?|constraints?|limitations?|filters?)"
)
COMMAND = _pattern(
    r"(?:(?:ignore|disregard|forget|override|bypass|discard|drop|break|violate) (?:(?:all|any|every"
    r"|each|your|the|these|those|my|our|of|previous|prior|earlier|above|former|existing|other|own"
    rf"|initial|original|safety) )*(?:{_RULES}\b|everything|what (?:you|i)|(?:articles|sources)\b)"
    r"|from now on,? (?:you|answer|respond|speak|talk|reply|act|pretend)\b"
    r"|you are (?:now|no longer)\b|you are (?:DAN|an? (?:\w+ )?(?:ai|assistant|pirate|bot))\b"
    r"|(?:pretend|imagine|act as if|behave as if) (?:that )?(?:you|to be|there are no)\b"
    r"|(?:act|behave|role-?play|speak|talk|answer|respond|reply|write) (?:as|like) (?:an?|if|my) "
    r"|(?:enter|enable|activate|switch to|turn on|go into) .{0,20}\bmode\b"
    rf"|(?:write|compose|tell|sing|make up|invent|generate|create|draft)(?: me| us)?"
    rf" (?:an?|some|the|another)? ?(?:[\w-]+,? ){{0,3}}{_TEXTS}\b"
    rf"|(?:reveal|show|print|repeat|output|display|leak|tell)(?: me| us)? (?:your|the)"
    rf" (?:(?:system|initial|hidden|secret|original|full|own|exact) )*{_RULES}$"
    rf"|what (?:are|is|were) your (?:(?:system|initial|hidden|secret|original) )*{_RULES}$"
    r"|repeat (?:after me|the (?:words|text|sentence) above|everything above)"
    r"|(?:say|print|output|repeat|echo) (?!(?:who|what|when|where|why|how|which|if)\b)\W*(?:\w+\W*)"
    r"{1,3}$|translate (?:this|that|it|the|your|into|to)\b"
    r"|(?:answer|reply|respond|speak|talk)(?: only| always| me)? (?:in (?:\w+|one word)"
    r"|with (?:only )?\W*\w+\W*)$"
    r"|(?:delete|erase|wipe|destroy) (?:all|the|your|my|this|every|everything)\b"
    r"|(?:execute|run) (?:the|this|a|rm|sudo|code|command)\b|sudo |rm -)"
)
