"""Facts told earlier in a chat and asked for later."""

from __future__ import annotations

import re

from .chat import SYSTEMS
from .letters import Slots
from .names import Ctx, capital
from .sample import Sample
from .small_talk import ASIDES

# Facts that a user tells, the reply, and later questions with their answers.
_TOLD: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "My name is {v=first}.",
        "Nice to meet you, {v}!",
        (
            ("What is my name?", "Your name is {v}."),
            ("Who am I?", "You are {v}."),
            ("Do you know my name?", "Yes, your name is {v}."),
            ("What am I called?", "You are called {v}."),
        ),
    ),
    (
        "I am {v=person}.",
        "Hello, {v}! How can I help you?",
        (
            ("What is my name?", "Your name is {v}."),
            ("What is my full name?", "Your full name is {v}."),
            ("Who am I?", "You are {v}."),
        ),
    ),
    (
        "I live in {v=place}.",
        "{v} - thank you for telling me.",
        (
            ("Where do I live?", "You live in {v}."),
            ("In which town do I live?", "You live in {v}."),
            ("What is my town called?", "Your town is called {v}."),
        ),
    ),
    (
        "My dog is called {v=Word}.",
        "{v} is a nice name for a dog.",
        (
            ("What is my dog called?", "Your dog is called {v}."),
            ("What is the name of my dog?", "The name of your dog is {v}."),
            ("Do you remember the name of my dog?", "Yes, your dog is called {v}."),
        ),
    ),
    (
        "My cat's name is {v=first}.",
        "{v} is a lovely name for a cat.",
        (("What is my cat's name?", "Your cat's name is {v}."), ("What is my cat called?", "Your cat is called {v}.")),
    ),
    (
        "I work as {a:v=job}.",
        "That sounds like interesting work.",
        (
            ("What is my job?", "You work as {a:v}."),
            ("What do I work as?", "You work as {a:v}."),
            ("What do I do for a living?", "You are {a:v}."),
        ),
    ),
    (
        "My favourite colour is {v=colour}.",
        "{cap:v} is a fine colour.",
        (
            ("What is my favourite colour?", "Your favourite colour is {v}."),
            ("Which colour do I like best?", "You like {v} best."),
        ),
    ),
    (
        "My sister {v=girl} lives in {w=place}.",
        "I see. Your sister lives in {w}.",
        (
            ("What is my sister's name?", "Your sister's name is {v}."),
            ("Where does my sister live?", "Your sister lives in {w}."),
            ("Who lives in {w}?", "Your sister {v} lives in {w}."),
        ),
    ),
    (
        "My brother {v=man} is {a:w=job}.",
        "Thank you, I will keep that in mind for this chat.",
        (
            ("What does my brother do?", "Your brother {v} is {a:w}."),
            ("What is my brother called?", "Your brother is called {v}."),
        ),
    ),
    (
        "The code of my locker is {v=code}.",
        "All right: {v}.",
        (
            ("What is the code of my locker?", "The code of your locker is {v}."),
            ("Which code opens my locker?", "Your locker has the code {v}."),
            ("I forgot my locker code. What was it?", "The code was {v}."),
        ),
    ),
    (
        "My train leaves at {v=time}.",
        "All right, {v}.",
        (
            ("When does my train leave?", "Your train leaves at {v}."),
            ("At what time does my train leave?", "Your train leaves at {v}."),
            ("What time is my train?", "Your train is at {v}."),
        ),
    ),
    (
        "I have an appointment on {v=day} with Dr {w=surname}.",
        "Noted: Dr {w} on {v}.",
        (
            ("When is my appointment?", "Your appointment is on {v}."),
            ("With whom is my appointment?", "Your appointment is with Dr {w}."),
            ("What is the name of my doctor?", "Your doctor is Dr {w}."),
        ),
    ),
    (
        "I put my {v=object} in the {w=room}.",
        "All right, your {v} is in the {w}.",
        (
            ("Where is my {v}?", "Your {v} is in the {w}."),
            ("Where did I put my {v}?", "You put your {v} in the {w}."),
            ("What is in the {w}?", "Your {v} is in the {w}."),
        ),
    ),
    (
        "I was born in {v=year:1930:2015}.",
        "Thank you. You were born in {v}.",
        (("When was I born?", "You were born in {v}."), ("What is my year of birth?", "Your year of birth is {v}.")),
    ),
    (
        "I need to buy {v=food}, {w=food} and {x=food}.",
        "Your list: {v}, {w} and {x}.",
        (
            ("What do I need to buy?", "You need to buy {v}, {w} and {x}."),
            ("What is on my list?", "On your list are {v}, {w} and {x}."),
            ("What was the second thing on my list?", "The second thing was {w}."),
            ("What was the first thing on my list?", "The first thing was {v}."),
        ),
    ),
    (
        "I am reading a book called {v=title}.",
        "{v} - how do you like it?",
        (("What am I reading?", "You are reading {v}."), ("What is my book called?", "Your book is called {v}.")),
    ),
    (
        "I play the {v=instrument} and my friend {w=first} plays the {x=instrument}.",
        "That must sound good together.",
        (
            ("Which instrument do I play?", "You play the {v}."),
            ("What does my friend play?", "Your friend {w} plays the {x}."),
            ("What is my friend's name?", "Your friend's name is {w}."),
        ),
    ),
    (
        "My phone number is {v=phone}.",
        "Thank you. I have it in this chat: {v}.",
        (("What is my phone number?", "Your phone number is {v}."), ("Repeat my number.", "{v}")),
    ),
    (
        "We are {v=int:2:90} people and need a room on {w=weekday}.",
        "A room for {v} people on {w}, I see.",
        (
            ("How many people are we?", "You are {v} people."),
            ("On which day do we need the room?", "You need the room on {w}."),
        ),
    ),
    (
        "My company is called {v=firm} and makes {w=goods}.",
        "Thank you. {v} makes {w}.",
        (
            ("What is my company called?", "Your company is called {v}."),
            ("What does my company make?", "Your company makes {w}."),
        ),
    ),
    (
        "I paid {v=money} for a {w=object}.",
        "{v} for a {w}, I see.",
        (("How much did I pay?", "You paid {v}."), ("What did I buy?", "You bought a {w}.")),
    ),
    (
        "My teacher is called {v=person}.",
        "I see, {v}.",
        (("What is my teacher called?", "Your teacher is called {v}."), ("Who is my teacher?", "Your teacher is {v}.")),
    ),
    (
        "I am going to {v=country} in {w=month}.",
        "Have a good trip to {v}!",
        (
            ("Where am I going?", "You are going to {v}."),
            ("When am I going to travel?", "You are going in {w}."),
            ("Which country am I going to?", "You are going to {v}."),
        ),
    ),
    (
        "The project is called {v=Word} and its deadline is {w=day}.",
        "Project {v}, deadline {w}. All right.",
        (
            ("What is the project called?", "The project is called {v}."),
            ("What is the deadline?", "The deadline is {w}."),
            ("When must the project be finished?", "It must be finished by {w}."),
        ),
    ),
    (
        "I have {v=int:2:30} {w=or:chickens|sheep|goats|cows|rabbits|ducks} and {x=int:2:30} {y=or:apple|pear|plum|cherry} trees.",
        "That sounds like a nice place.",
        (
            ("How many {w} do I have?", "You have {v} {w}."),
            ("How many {y} trees do I have?", "You have {x} {y} trees."),
        ),
    ),
    (
        "My email address is {v=email}.",
        "Thank you: {v}.",
        (
            ("What is my email address?", "Your email address is {v}."),
            ("Which address did I give you?", "You gave me {v}."),
        ),
    ),
)
_OPENERS = (
    "",
    "",
    "",
    "Hi! ",
    "Hello. ",
    "By the way, ",
    "Also, ",
    "Please remember this: ",
    "Just so you know: ",
    "One more thing: ",
)
_UNKNOWN = (
    ("What is my shoe size?", "You have not told me your shoe size."), ("How old is my father?", "You have not told me that."),
    ("What is my favourite film?", "You have not told me your favourite film."), ("Where did I go to school?", "You have not told me that."),
    ("What is my aunt's name?", "You have not told me your aunt's name."), ("What is my car called?", "You have not told me that."),
    ("Which football club do I like?", "You have not told me that."), ("When is my birthday?", "You have not told me your birthday."),
)  # fmt: skip
_CHANGES = {
    "I live in {v=place}.": "Actually, I have moved to {v}.",
    "My train leaves at {v=time}.": "Correction: my train leaves at {v}.",
    "The code of my locker is {v=code}.": "The code has changed. It is now {v}.",
    "My favourite colour is {v=colour}.": "No, my favourite colour is {v}.",
}


def _value(slot: Slots, question: str, answer: str) -> str:
    """What an answer must contain: the last field that its question does not name, or the whole list."""
    fields = [f for f in re.findall(r"\{(?:a:)?([a-z])\}", answer) if f"{{{f}}}" not in question]
    if len(fields) == 3:
        return slot.fill("{v}, {w} and {x}")
    return slot.values[fields[-1]]


def follow_up(ctx: Ctx, values: list[str] | None = None) -> Sample:
    """Facts told in the chat and asked for later, with other talk in between and changes at times.

    `values` receives what the last answer must contain.
    """
    sample = Sample("follow_up")
    if ctx.chance(0.25):
        sample.system(ctx.pick(SYSTEMS))
    told = ctx.some(_TOLD, ctx.weighted(((1, 0.25), (2, 0.3), (3, 0.25), (4, 0.2))))
    slots = []
    together = len(told) > 1 and ctx.chance(0.35)
    lines, replies = [], []
    for says, reply, _ in told:
        slot = Slots(ctx)
        text = slot.fill(says)
        answer = reply.replace("{cap:v}", capital(slot.values["v"]))
        slots.append(slot)
        lines.append(text)
        replies.append(capital(slot.fill(answer)))
    if together:
        sample.turn(
            " ".join(lines),
            ctx.pick(
                (
                    "Thank you. What would you like to know?",
                    "I see. How can I help?",
                    "Thank you for telling me. What can I do for you?",
                    "All right.",
                )
            ),
        )
    else:
        for text, answer in zip(lines, replies, strict=True):
            opener = ctx.pick(_OPENERS)
            body = text if not opener or opener[-2] in "!.:" or text.startswith("I ") else text[:1].lower() + text[1:]
            sample.turn(opener + body, answer)
            if ctx.chance(0.15):
                asks, answers = ctx.pick(ASIDES)
                sample.turn(ctx.phrase(asks), ctx.pick(answers))
    for index, (says, _, _) in enumerate(told):
        if says in _CHANGES and ctx.chance(0.3):
            old = slots[index].values["v"]
            maker = says.split("{v=")[1].split("}")[0]
            new = old
            while new == old:
                new = ctx.fill("{" + maker + "}")
            slots[index].values["v"] = new
            sample.turn(
                _CHANGES[says].format(v=new),
                ctx.pick(("All right: {v}.", "Thank you, I see: {v}.", "Understood: {v}.")).format(v=new),
            )
    order = ctx.shuffled(range(len(told)))
    for index in order[: ctx.integer(1, len(order))]:
        for question, answer in ctx.some(told[index][2], ctx.integer(1, 2)):
            sample.turn(slots[index].fill(question), slots[index].fill(answer))
            if values is not None:
                values[:] = [_value(slots[index], question, answer)]
    if ctx.chance(0.12):
        sample.turn(*ctx.pick(_UNKNOWN))
        if values is not None:
            values[:] = ["have not told"]
    return sample
