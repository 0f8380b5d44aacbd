"""Word lists that the generators draw from. All are plain English words; no list names a real person."""

from __future__ import annotations


def _list(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())


FEMALE = _list(
    "Anna, Clara, Ruth, Nora, Edith, Grace, Helen, Ivy, June, Laura, Maria, Olive, Paula, Rosa, Sarah, Tessa, Vera, "
    "Wanda, Alice, Beth, Carmen, Daisy, Elena, Fiona, Greta, Hanna, Iris, Judith, Katya, Leila, Mina, Nadia, Petra, "
    "Rita, Sofia, Thea, Uma, Violet, Yara, Zoe, Amina, Bianca, Celia, Dora, Emma, Freya, Gemma, Hilda, Ines, Joan, "
    "Keiko, Lucia, Marta, Noemi, Priya, Renata, Salma, Tamara, Ursula, Wilma"
)
MALE = _list(
    "Adam, Ben, Carl, David, Eric, Frank, George, Henry, Ivan, Jack, Karl, Leon, Martin, Noah, Oscar, Paul, Ralph, "
    "Simon, Thomas, Victor, Walter, Albert, Boris, Colin, Dennis, Edgar, Felix, Gavin, Hugo, Igor, Jonas, Kevin, Louis, "
    "Marco, Nils, Omar, Pedro, Rafael, Stefan, Tariq, Umar, Vincent, William, Yusuf, Andre, Bruno, Conrad, Diego, "
    "Emil, Farid, Gustav, Hassan, Jorge, Kofi, Lars, Mateo, Nikolai, Otto, Pablo, Rohan"
)
COLOURS = _list(
    "red, blue, green, yellow, white, black, grey, brown, orange, purple, pink, dark blue, pale green, silver, golden, "
    "crimson, turquoise, beige, violet, cream, scarlet, navy blue, olive green, sky blue, maroon"
)
MATERIALS = _list(
    "oak, granite, steel, copper, glass, clay, brick, sandstone, limestone, pine, bronze, concrete, iron, marble, slate, "
    "aluminium, bamboo, cedar, flint, timber, leather, wool, linen, cotton, silk, tin, brass, birch, walnut, zinc"
)
ANIMALS = _list(
    "otter, heron, fox, badger, owl, hare, wolf, bear, lynx, eagle, salmon, trout, beaver, goat, sheep, horse, donkey, "
    "camel, swan, goose, falcon, crane, turtle, seal, dolphin, deer, boar, hedgehog, squirrel, raven, stork, pelican, "
    "frog, bat, mole, cat, dog, parrot, lizard, crab"
)
FOODS = _list(
    "barley, rye, wheat, oats, potatoes, onions, carrots, lentils, apples, pears, plums, cherries, olives, grapes, "
    "honey, cheese, butter, milk, eggs, salmon, herring, lamb, beef, rice, maize, beans, cabbage, garlic, mushrooms, "
    "walnuts, almonds, tea, coffee, cocoa, salt, pepper, saffron, ginger, lemons, oranges, figs, dates, pumpkins"
)
GOODS = _list(
    "clocks, bicycles, shoes, ropes, sails, lamps, pumps, chairs, carpets, violins, pianos, tractors, tyres, batteries, "
    "cables, glass bottles, candles, bricks, tiles, knives, spoons, pots, lenses, microscopes, drills, "
    "valves, springs, toys, tents, boats, gloves, hats, coats, books, maps, doors, windows, locks, scales, engines, "
    "radios, cameras, umbrellas, baskets, blankets, ladders, nails"
)
JOBS = _list(
    "teacher, nurse, baker, carpenter, plumber, lawyer, engineer, farmer, sailor, pilot, printer, tailor, miner, doctor, "
    "chemist, surveyor, librarian, gardener, mechanic, cook, painter, accountant, translator, clerk, weaver, shepherd, "
    "blacksmith, fisherman, electrician, geologist, botanist, journalist, architect, dentist, potter, driver, "
    "watchmaker, photographer, beekeeper, glassblower"
)
ROLES = _list(
    "director, manager, secretary, treasurer, chairman, chief engineer, head of sales, head of research, project leader, "
    "site manager, captain, first officer, editor, curator, head teacher, chief accountant, press officer, head cook, "
    "safety officer, team leader, head gardener, archivist, foreman, coordinator, deputy director"
)
FIELDS = _list(
    "botany, geology, astronomy, chemistry, physics, medicine, law, music, history, mathematics, zoology, linguistics, "
    "economics, philosophy, geography, archaeology, meteorology, engineering, psychology, architecture, oceanography, "
    "genetics, statistics, optics, agriculture"
)
STYLES = _list(
    "Gothic, Romanesque, Baroque, neoclassical, modernist, Art Deco, Renaissance, Victorian, Byzantine, brutalist, "
    "colonial, Tudor, Palladian, rococo, functionalist"
)
INSTRUMENTS = _list(
    "violin, cello, piano, flute, oboe, trumpet, harp, guitar, drums, clarinet, accordion, trombone, viola, organ, lute, "
    "saxophone, horn, banjo, mandolin, double bass"
)
SPORTS = _list(
    "football, rugby, cricket, tennis, hockey, rowing, cycling, swimming, chess, handball, volleyball, basketball, "
    "fencing, judo, archery, skiing, athletics, sailing, boxing, table tennis"
)
GENRES = _list(
    "novel, detective story, travel book, collection of poems, biography, play, history, cookbook, children's book, "
    "science fiction novel, collection of short stories, memoir, textbook, satire, fable"
)
MUSIC = _list(
    "jazz, folk, rock, blues, choral music, electronic music, country, opera, soul, reggae, chamber music, punk"
)
WEEKDAYS = _list("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = _list("January, February, March, April, May, June, July, August, September, October, November, December")
SEASONS = _list("spring, summer, autumn, winter")
DIRECTIONS = _list("north, south, east, west, north-east, north-west, south-east, south-west")
COUNTRY = _list(
    "Norway, Portugal, Kenya, Chile, Japan, Canada, Poland, Turkey, Peru, Ghana, Finland, Greece, Vietnam, Austria, "
    "Ireland, Mexico, Morocco, Nepal, Hungary, Brazil, Iceland, Denmark, Thailand, Egypt, Sweden, Spain, Italy, "
    "Germany, France, India, Estonia, Slovenia, Romania, Uruguay, Ecuador, Mongolia, Senegal, Croatia, Latvia, Bolivia"
)
NATIONS = _list(
    "Norwegian, Portuguese, Kenyan, Chilean, Japanese, Canadian, Polish, Turkish, Peruvian, Ghanaian, Finnish, Greek, "
    "Vietnamese, Austrian, Irish, Mexican, Moroccan, Nepalese, Hungarian, Brazilian, Icelandic, Danish, Thai, Egyptian, "
    "Swedish, Spanish, Italian, German, French, Indian, Estonian, Slovenian, Romanian, Uruguayan, Croatian, Latvian"
)
PLANTS = _list(
    "oak, beech, willow, elm, maple, pine, spruce, larch, ash, birch, poplar, rose, lavender, fern, heather, thistle, "
    "clover, nettle, tulip, daisy, ivy, moss, juniper, hazel, holly"
)
OBJECTS = _list(
    "key, lamp, map, notebook, umbrella, coin, letter, cup, knife, rope, bell, box, ladder, watch, scarf, book, candle, "
    "mirror, hammer, basket, brush, bottle, glove, ring, stamp, compass, drum, kite, spoon, blanket, ticket, radio, "
    "camera, pencil, bucket, needle, violin, vase, wallet, torch"
)
ROOMS = _list(
    "kitchen, garden, cellar, attic, garage, hall, library, office, bathroom, bedroom, workshop, stable, pantry, "
    "laundry room, dining room, study, greenhouse, storeroom, reception, meeting room"
)
TOPICS = _list(
    "the new roof, the budget, the summer fair, the water supply, the parking area, the school bus, the website, "
    "the library hours, the staff room, the fire alarm, the annual report, the heating, the village hall, the bridge "
    "repair, the playground, the newsletter, the recycling bins, the street lights, the archive, the kitchen, the "
    "training course, the delivery van, the visitors' book, the car park, the printer, the insurance, the fence"
)
ADJ = _list(
    "quiet, northern, old, upper, lower, silver, hidden, long, broad, green, stony, windy, red, white, black, golden, "
    "deep, high, little, great, lost, eastern, western, southern, grey, blue, bright, iron, cold, wild"
)
NOUNS = _list(
    "harbour, river, garden, lantern, mountain, winter, forest, bridge, island, mirror, valley, tower, road, window, "
    "shore, orchard, meadow, letter, journey, storm, feather, clock, kingdom, mill, well, field, stone, crown, boat, "
    "song, shadow, fire, snow, key, door, star, bell, market, castle, lighthouse"
)
EVENTS = _list(
    "a flood, a fire, a storm, an earthquake, a landslide, a hurricane, a hailstorm, a tornado, "
    "an explosion, a war, a whirlwind, a burst dam"
)
CAUSES = _list(
    "a broken valve, heavy rain, a power cut, a software fault, a worn bearing, a loose cable, strong wind, thick fog, "
    "a late delivery, a shortage of parts, a blocked pipe, a faulty sensor, a strike, snow on the line, a flat tyre, "
    "a burst pipe, a missing signature, an empty battery, an illness, a wrong label"
)
