"""Sentences to be spoken: a grammar of everyday requests and statements, and real sentences.

A transcript is the sentence with its first letter capital, names and "I" capital, a final full stop or question mark,
no other punctuation than apostrophes, and every number as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from hearth_mini.media.phrases import article, capital, number_words
from hearth_mini.media.store import Assets, is_held_out

MAX_WORDS = 12


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]


NAMES = _split(
    """Anna, Ben, Carla, David, Emma, Frank, Grace, Henry, Ida, Jack, Kate, Leo, Maria, Nina, Oscar, Paul, Rita, Sam,
    Tom, Uma, Victor, Wendy, Adam, Alice, Amy, Andrew, Bella, Bob, Charlie, Clara, Daniel, Diana, Edward, Ella, Eric,
    Eva, Fiona, Fred, George, Hannah, Harry, Helen, Irene, Isaac, James, Jane, Jenny, John, Julia, Karen, Kevin, Laura,
    Lily, Linda, Lisa, Lucas, Lucy, Mark, Martin, Mary, Max, Mia, Michael, Molly, Nancy, Oliver, Olivia, Peter, Rachel,
    Robert, Rosa, Ruth, Sarah, Simon, Sophie, Stella, Steven, Susan, Thomas, Tina, Walter, William, Zoe"""
)
PLACES = _split(
    """London, Paris, Berlin, Rome, Madrid, Vienna, Tokyo, Boston, Chicago, Dublin, Lisbon, Oslo, Prague, Warsaw, Athens,
    Cairo, Delhi, Sydney, Toronto, Mexico, Canada, France, Germany, Italy, Spain, Japan, China, India, Brazil, Norway,
    Sweden, Finland, Denmark, Poland, Greece, Turkey, Egypt, Kenya, Peru, Chile, Cuba, Ireland, Scotland, Australia"""
)
FOODS = _split(
    """apples, bananas, bread, butter, cheese, milk, eggs, rice, pasta, soup, salad, pizza, fish, chicken, beef, beans,
    carrots, onions, potatoes, tomatoes, sugar, salt, pepper, coffee, tea, juice, water, honey, jam, oranges, lemons,
    grapes, pears, plums, cherries, cake, cookies, chocolate, ice cream, yogurt, cereal, nuts, oil, vinegar, flour,
    garlic, mushrooms, spinach, peas, corn, noodles, sausages, sandwiches, pancakes, strawberries, melons, peaches"""
)
THINGS = _split(
    """book, key, phone, bag, cup, plate, bottle, lamp, chair, table, window, door, picture, letter, ticket, umbrella,
    jacket, shoe, hat, coat, watch, camera, laptop, radio, clock, box, basket, pen, pencil, notebook, map, knife, fork,
    spoon, pillow, blanket, mirror, towel, brush, comb, ladder, hammer, rope, candle, wallet, ring, guitar, piano, drum,
    ball, kite, bicycle, car, bus, train, boat, plane, truck, wheel, engine, battery, cable, printer, screen, keyboard,
    mouse, speaker, microphone, remote, charger, suitcase, tent, bucket, broom, shelf, drawer, carpet, curtain, sofa,
    bed, desk, fridge, oven, stove, kettle, toaster, heater, fan, pump, garden, fence, gate, roof, wall, stairs, bridge"""
)
ANIMALS = _split(
    """dog, cat, horse, cow, pig, sheep, goat, rabbit, mouse, bird, duck, goose, hen, fox, wolf, bear, lion, tiger,
    elephant, monkey, deer, frog, snake, fish, whale, dolphin, owl, eagle, parrot, bee, butterfly, spider, ant, turtle,
    penguin, camel, donkey, squirrel, hedgehog, swan"""
)
ADJECTIVES = _split(
    """big, small, old, new, red, blue, green, yellow, black, white, brown, gray, warm, cold, hot, heavy, light, dark,
    bright, clean, dirty, dry, wet, soft, hard, long, short, tall, wide, narrow, round, flat, cheap, expensive, fast,
    slow, quiet, loud, happy, sad, tired, hungry, friendly, strange, simple, beautiful, empty, full, broken, broad,
    wooden, plastic, golden, silver, modern, ancient, tiny, huge, gentle, clever, lazy, busy, young, fresh, sweet"""
)
PEOPLE = _split(
    """my mother, my father, my sister, my brother, the doctor, the teacher, the neighbor, our friend, the driver,
    the waiter, the farmer, the baker, the nurse, the pilot, the painter, the singer, the child, the boy, the girl,
    the woman, the man, the old man, the young woman, my grandmother, my uncle, my aunt, the police officer, the student,
    the engineer, the gardener, the writer, the cook, the dentist, the postman, the manager, the visitor, the guest"""
)
VERBS_PAST = _split(
    """found, lost, bought, sold, saw, carried, opened, closed, painted, cleaned, repaired, dropped, moved, washed,
    borrowed, returned, broke, hid, took, brought, kept, liked, wanted, needed, forgot, chose, showed, pushed, pulled,
    watched, sent, packed, checked, collected, covered, threw, held, touched, ordered, admired"""
)
VERBS_DO = _split(
    """open, close, find, clean, move, carry, repair, buy, sell, paint, wash, bring, take, show, check, hide, push, pull,
    send, order, return, watch, keep, cover, lift, pack, count, describe, draw, measure"""
)
GOING = _split(
    """walking, running, swimming, sleeping, reading, writing, cooking, working, waiting, singing, dancing, talking,
    laughing, eating, drinking, playing, sitting, standing, driving, flying, painting, shopping, cleaning, learning,
    traveling, thinking, smiling, crying, shouting, resting, hiding, fishing, climbing, digging, knitting"""
)
WHERE = _split(
    """in the kitchen, in the garden, at home, at school, in the park, on the table, under the bed, near the river,
    behind the house, in front of the door, at the station, in the car, on the roof, by the window, in the office,
    at the market, on the beach, in the forest, across the street, next to the church, in the bathroom, upstairs,
    downstairs, outside, in the living room, at the airport, in the library, on the floor, at the bank, in the museum,
    at the hospital, on the train, over the bridge, in the basement, in the bedroom, around the corner, in town"""
)
WHEN = _split(
    """today, tomorrow, tonight, now, in the morning, in the evening, at noon, at night, next week, next month,
    on Monday, on Tuesday, on Wednesday, on Thursday, on Friday, on Saturday, on Sunday, after lunch, before dinner,
    this afternoon, this weekend, every day, every morning, in summer, in winter, in spring, in autumn, next year,
    in January, in March, in April, in May, in June, in July, in August, in October, in December, right away, later"""
)
PAST_WHEN = _split(
    """yesterday, last night, last week, this morning, on Monday, on Friday, two days ago, last year, a week ago,
    before breakfast, after the storm, in the afternoon, at midnight, last summer, long ago, an hour ago"""
)
ROOMS = _split("kitchen, bedroom, bathroom, living room, hall, office, garage, garden, basement, dining room, nursery")
DEVICES = _split(
    """light, lamp, heater, fan, television, radio, music, alarm, camera, printer, speaker, oven, washing machine,
    coffee machine, air conditioner, vacuum cleaner, sprinkler, computer, screen, door lock, water pump"""
)
TOPICS = _split(
    """the weather, the news, my messages, my calendar, the traffic, my list, the time, my notes, the recipe, my mail,
    the football results, the train times, my reminders, the shopping list, the last message, the price of gold,
    the moon, the human body, volcanoes, world history, classical music, healthy food, good manners, the solar system"""
)
TASKS = _split(
    """call the dentist, water the plants, buy milk, pay the rent, feed the cat, walk the dog, wash the car, send the
    letter, book a table, clean the kitchen, visit grandma, take the medicine, charge the phone, bake a cake, fix the
    bike, return the books, meet Anna, call my brother, empty the dishwasher, iron the shirts, check the oven, write the
    report, pick up the children, buy a present, lock the door, close the windows, take out the trash, print the tickets"""
)
MUSIC = _split(
    """jazz, rock, pop music, piano music, some quiet music, my favorite song, the next song, the radio, classical music,
    the last album, folk songs, dance music, a lullaby, the morning playlist, an audio book, rain sounds"""
)
WEATHER = _split("rain, snow, wind, fog, sunshine, a storm, clouds, frost, thunder, hail, heavy rain, bright sunshine")
HOURS = [number_words(hour) for hour in range(1, 13)]
UNITS = _split(
    """meters, miles, kilometers, inches, feet, grams, kilograms, pounds, liters, gallons, cups, minutes, hours, seconds,
    days, weeks, euros, dollars, degrees"""
)
COMMAND_WORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")


class SentenceSource:
    """Draws sentences of one side of the split: training, or held out by the hash of the text."""

    def __init__(self, assets: Assets, held_out: bool = False) -> None:
        self._held_out = held_out
        self._real = [
            transcript
            for transcript in (plain_transcript(sentence) for sentence in assets.sentences)
            if is_held_out(transcript) == held_out
        ]
        self._dictionary = [word for word in assets.words if 3 <= len(word) <= 10]
        self._templates: list[Callable[[Random], str]] = _templates(self)

    def dictionary_word(self, random: Random) -> str:
        return self._dictionary[int(len(self._dictionary) * random.random() ** 1.3)]

    def grammar(self, random: Random) -> str:
        while True:
            sentence = capital(random.choice(self._templates)(random))
            sentence = re.sub(r"\bi\b", "I", sentence)
            if len(sentence.split()) <= MAX_WORDS and is_held_out(sentence) == self._held_out:
                return sentence

    def real(self, random: Random) -> str:
        return random.choice(self._real)

    def word_list(self, random: Random) -> str:
        """Two to five unrelated words: nothing can be guessed from the context."""
        while True:
            chosen = [self.dictionary_word(random) for _ in range(random.randint(2, 5))]
            sentence = capital(" ".join(chosen)) + "."
            if is_held_out(sentence) == self._held_out:
                return sentence

    def draw(self, random: Random) -> str:
        return self.grammar(random) if random.random() < 0.6 else self.real(random)


def plain_transcript(sentence: str) -> str:
    return sentence.replace(",", "")


def clock_time(random: Random) -> str:
    hour = random.choice(HOURS)
    return random.choice(
        (f"{hour} o'clock", f"half past {hour}", f"quarter past {hour}", f"quarter to {hour}",
         f"{hour} {random.choice(('fifteen', 'thirty', 'forty five', 'twenty', 'ten', 'fifty'))}",
         f"{hour} in the {random.choice(('morning', 'evening', 'afternoon'))}")
    )  # fmt: skip


def quantity(random: Random) -> str:
    return number_words(random.randrange(2, random.choice((10, 20, 100, 1000))))


def _templates(source: SentenceSource) -> list[Callable[[Random], str]]:
    def pick(words: list[str]) -> Callable[[Random], str]:
        return lambda random: random.choice(words)

    slots: dict[str, Callable[[Random], str]] = {
        "name": pick(NAMES), "place": pick(PLACES), "food": pick(FOODS), "thing": pick(THINGS), "animal": pick(ANIMALS),
        "adj": pick(ADJECTIVES), "person": pick(PEOPLE), "past": pick(VERBS_PAST), "do": pick(VERBS_DO),
        "going": pick(GOING), "where": pick(WHERE), "when": pick(WHEN), "ago": pick(PAST_WHEN), "room": pick(ROOMS),
        "device": pick(DEVICES), "topic": pick(TOPICS), "task": pick(TASKS), "music": pick(MUSIC),
        "weather": pick(WEATHER), "time": clock_time, "count": quantity, "unit": pick(UNITS),
        "word": source.dictionary_word,
        "athing": lambda random: article(random.choice(ADJECTIVES) + " " + random.choice(THINGS)),
        "aanimal": lambda random: article(random.choice(ADJECTIVES) + " " + random.choice(ANIMALS)),
    }  # fmt: skip
    patterns = [line.strip() for line in PATTERNS.strip().splitlines()]

    def filler(pattern: str) -> Callable[[Random], str]:
        parts = re.split(r"\{(\w+)\}", pattern)
        return lambda random: "".join(part if i % 2 == 0 else slots[part](random) for i, part in enumerate(parts))

    return [filler(pattern) for pattern in patterns]


PATTERNS = """
turn on the {device} in the {room}.
turn off the {device} in the {room}.
turn the {device} off {when}.
switch on the {room} {device}.
switch off the {device}.
make the {room} {device} {adj}.
set an alarm for {time}.
set a timer for {count} minutes.
wake me up at {time} {when}.
remind me to {task} {when}.
remind me to {task} at {time}.
please remind {name} to {task}.
do not forget to {task}.
play {music} in the {room}.
play {music}.
stop the {device} {when}.
open the {adj} {thing}.
please {do} the {thing}.
please {do} the {adj} {thing} {where}.
can you {do} the {thing} {where}?
could you {do} my {thing} {when}?
call {name} {when}.
call {name} at {time}.
send a message to {name}.
tell {name} that i am {going}.
tell {name} to {task}.
read {topic} to me.
tell me about {topic}.
what do you know about {topic}?
what is the weather like in {place}?
will there be {weather} in {place} {when}?
is it {adj} {where}?
how far is it to {place}?
how do i get to {place}?
how many {unit} are there in {count} {unit}?
how much is {count} plus {count}?
what is {count} times {count}?
what is {count} minus {count}?
what time is it in {place}?
what is the capital of {place}?
where is my {thing}?
where did i put the {adj} {thing}?
who {past} the {adj} {thing}?
why is the {animal} {going}?
when does the train to {place} leave?
add {food} to the shopping list.
add {count} {food} and some {food} to my list.
we need {food} and {food}.
i would like {food} with {food}.
do we have any {food}?
is there {athing} {where}?
what does the word {word} mean?
how do you spell {word}?
define the word {word}.
write down the word {word}.
translate {word} for {name}.
search for {word} {where}.
make a note about {word}.
make a list of {word} and {word}.
{person} {past} {athing} {ago}.
{person} {past} the {thing} {where}.
{person} {past} {count} {food} {ago}.
{person} is {going} {where}.
{person} was {going} {where} {ago}.
{person} has {athing}.
{name} and {name} are {going} {where}.
{name} is {going} with {name}.
{name} {past} my {thing} {ago}.
{name} lives in {place}.
{name} wants to {do} the {thing}.
{name} will visit {place} {when}.
the {thing} is {adj} and {adj}.
the {adj} {thing} is {where}.
the {animal} is {going} {where}.
the {adj} {animal} {past} the {food}.
there is {aanimal} {where}.
i saw {aanimal} {where}.
i have to {task} {when}.
i want to {task}.
i am {going} {where}.
i like {food} and {food}.
i need {athing} {when}.
i lost my {thing} {where}.
we are going to {place} {when}.
we will meet {where} at {time}.
let us meet {where} {when}.
the meeting is at {time} {when}.
my {thing} is {adj}.
her {thing} was {adj} {ago}.
it will be {adj} {when}.
the train leaves at {time}.
the {thing} costs {count} dollars.
the room is {count} {unit} long.
he is {count} years old.
she bought {count} {food} {where}.
they waited {count} minutes {where}.
there are {count} people {where}.
every {animal} needs {food}.
never {do} the {thing} {when}.
show me pictures of {place}.
show me {topic}.
take a picture of the {animal}.
good morning {name}.
thank you {name}.
see you {when} {name}.
how are you {when}?
what should i cook {when}?
what is on my calendar {when}?
cancel the meeting with {name}.
move the meeting to {time}.
start the {device} at {time}.
increase the volume by {count}.
set the {device} to {count} degrees.
delete the note about {topic}.
save this as {word}.
is {name} {where}?
did {person} {do} the {thing}?
has anyone seen the {adj} {animal}?
should i take my {thing} to {place}?
"""
