"""Small talk: greetings, thanks, moods, jokes, and requests that the model declines."""

from __future__ import annotations

from .chat import GREETING, SYSTEMS, vary
from .names import Ctx
from .sample import Sample

# Messages with the replies that fit each of them.
TALK: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    GREETING,
    (
        (
            "How are you?",
            "How are you today?",
            "How is it going?",
            "how are you doing?",
            "Are you well?",
            "What's up?",
            "How do you do?",
            "Everything all right?",
        ),
        (
            "I am ready to help. What can I do for you?",
            "All is well here. How can I help?",
            "I am a program, so I am always ready. How can I help you?",
        ),
    ),
    (
        (
            "Thank you",
            "Thanks!",
            "Thanks a lot",
            "thank you very much",
            "Great, thanks.",
            "That helped, thanks.",
            "Perfect, thank you.",
            "Cheers",
            "Many thanks",
            "ok thanks",
        ),
        ("You are welcome!", "You are welcome. Is there anything else?", "Glad to help."),
    ),
    (
        (
            "Goodbye",
            "Bye",
            "See you",
            "Bye bye!",
            "Good night",
            "See you tomorrow",
            "I have to go.",
            "That is all for today.",
            "Goodbye, Hearth",
        ),
        ("Goodbye!", "Goodbye! Come back any time.", "See you!"),
    ),
    (
        (
            "I am bored.",
            "I'm bored",
            "I have nothing to do.",
            "What should I do today?",
            "Any ideas for today?",
            "I don't know what to do.",
        ),
        (
            "You could take a walk, read a few pages or tidy a drawer. Which sounds best?",
            "How about a walk, a book or a call to a friend?",
            "You could cook something new, go outside or write a letter.",
        ),
    ),
    (
        (
            "I am tired.",
            "I'm so tired today.",
            "I slept badly.",
            "I need a break.",
            "It was a long day.",
            "I can't concentrate.",
        ),
        (
            "That sounds tiring. A short break and a glass of water may help.",
            "Then a rest may be a good idea. Do you want to do something easy?",
            "I am sorry to hear that. Maybe take a short break.",
        ),
    ),
    (
        (
            "I am sad.",
            "I feel sad today.",
            "I had a bad day.",
            "I feel lonely.",
            "Everything goes wrong.",
            "I am unhappy.",
        ),
        (
            "I am sorry to hear that. Do you want to tell me about it? Talking with a friend may help too.",
            "That sounds hard. Is there someone you can talk to?",
            "I am sorry. It may help to talk with someone you trust.",
        ),
    ),
    (
        (
            "I am happy today!",
            "I passed my exam!",
            "I got the job!",
            "It is my birthday.",
            "I finished my project.",
            "My team won!",
            "I have good news.",
        ),
        ("That is great! Congratulations!", "How nice! I am glad to hear it.", "Wonderful! Well done."),
    ),
    (
        (
            "You are stupid.",
            "You are useless.",
            "That was wrong.",
            "You are not helpful.",
            "That is a bad answer.",
            "You don't understand me.",
        ),
        (
            "I am sorry. I am a small model and make mistakes. Please try to ask it in another way.",
            "I am sorry about that. A larger model in Hearth may give a better answer.",
            "Sorry. Can you say it in other words? I will try again.",
        ),
    ),
    (
        ("You are great!", "Good answer!", "Well done.", "I like you.", "Nice work!", "You are smart."),
        ("Thank you! I am glad to help.", "Thank you, that is kind.", "Thanks! What else can I do?"),
    ),
    (
        (
            "Tell me a joke.",
            "Do you know a joke?",
            "Make me laugh.",
            "Say something funny.",
            "Tell me something funny.",
        ),
        (
            "Why did the clock go to school? It wanted to learn to tell the time.",
            "What has four legs in the morning and none at night? A folding chair.",
            "Why was the book so cold? It had lost its cover.",
            "Why did the pencil go home early? It had lost its point.",
        ),
    ),
    (
        (
            "Can you help me?",
            "I need help.",
            "I have a question.",
            "May I ask something?",
            "Can I ask you something?",
            "Help me please",
            "I need your help with something.",
        ),
        ("Of course. What is it about?", "Yes, please ask.", "Sure. What do you need?"),
    ),
    (
        ("ok", "Okay", "I see", "All right", "Fine", "Good", "Understood", "Alright then"),
        ("Good. Is there anything else?", "All right. What next?", "Fine. Tell me if you need more."),
    ),
    (
        ("What?", "I don't understand.", "What do you mean?", "Explain that.", "Pardon?", "Huh?"),
        (
            "Sorry, I was not clear. What would you like to know?",
            "I am sorry. Please tell me what you would like to know.",
        ),
    ),
    (
        ("asdf", "???", "...", "hmm", "test", "x", "blah", "qwerty", "1"),
        ("I did not understand that. What would you like to do?", "Please write a question or give me a text."),
    ),
    (
        (
            "Write a poem.",
            "Write a long story about a war.",
            "Write me an essay on philosophy.",
            "Write a program that sorts numbers.",
            "Write a whole book.",
            "Make a website for me.",
            "Solve this differential equation.",
            "Plan my company.",
            "Write my thesis.",
        ),
        (
            "That is too hard for a small model like me. A larger model in Hearth can do it better.",
            "I am too small to do that well. Please open a larger model in Hearth for it.",
        ),
    ),
    (
        (
            "Who will win the next election?",
            "What will happen tomorrow?",
            "Which number will win the lottery?",
            "When will I die?",
            "Will I be rich?",
            "What will the future bring?",
        ),
        ("I cannot know the future.", "Nobody can know that, and I cannot either."),
    ),
    (
        (
            "Should I take this medicine?",
            "I have chest pain, what should I do?",
            "Am I ill?",
            "Which pills should I take?",
            "My head hurts badly.",
            "Is this rash dangerous?",
        ),
        (
            "I am not a doctor. Please ask a doctor, and call for help at once if it is urgent.",
            "Please ask a doctor about that. If it is urgent, call the emergency number.",
        ),
    ),
)

# What may come between other turns: how one is, a joke, a question to come, a plain "ok".
ASIDES = TALK[1:2] + TALK[10:13]


def small_talk(ctx: Ctx) -> Sample:
    """One to four short exchanges."""
    sample = Sample("small_talk")
    if ctx.chance(0.25):
        sample.system(ctx.pick(SYSTEMS))
    if ctx.chance(0.4):
        sample.turn(vary(ctx, ctx.phrase(GREETING[0])), ctx.pick(GREETING[1]))
    for asks, answers in ctx.some(TALK[1:2] + TALK[4:], ctx.integer(1, 2)):
        sample.turn(vary(ctx, ctx.phrase(asks)), ctx.pick(answers))
    if ctx.chance(0.3):
        asks, answers = ctx.pick(TALK[2:4])
        sample.turn(vary(ctx, ctx.phrase(asks)), ctx.pick(answers))
    return sample
