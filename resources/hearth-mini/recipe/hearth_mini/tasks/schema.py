"""The things that invented passages are about: for each kind its attributes, sentences and questions.

Format of a kind: a head `kind | name maker | pronoun | introduction ~ …`, then one attribute a line:
`key | label | value | sentence ~ sentence … | question ~ question …`.

Fields: {n} the name; {S} the subject at the start of a sentence (name, "The village" or a pronoun) and {P} its
possessive; {s} and {p} the same inside a sentence; {v} the value; any other field is a maker of `names.Ctx`, drawn
afresh. The first sentence of an attribute holds nothing but the fact, so it also serves as the full answer.
"""

from __future__ import annotations

from dataclasses import dataclass

_TEXT = """
village | place | it | {S} is a village in {country}. ~ {S} is a small village in the {direction} of {country}. ~ {S} is a village on the river {Word}.
population | population | {int:90:4900} | {S} has a population of {v}. ~ At the last count, {v} people lived in {n}. ~ {P} population was {v} in {year:1990:2023}. | What is the population of {n}? ~ How many people live in {n}? ~ How many inhabitants does {n} have?
founded | founding year | {year:1100:1930} | {S} was founded in {v}. ~ The first houses were built in {v}, when {n} was founded. ~ Founded in {v}, {s} grew slowly at first. | When was {n} founded? ~ In which year was {n} founded? ~ What year was {n} founded?
mayor | mayor | {person} | The mayor of {n} is {v}. ~ {v} has been the mayor since {year:2005:2023}. ~ {P} mayor is {v}, a former {job}. | Who is the mayor of {n}? ~ What is the name of the mayor of {n}? ~ What is the mayor of {n} called?
river | river | {Word} | {S} lies on the river {v}. ~ The river {v} flows past the village. ~ A footpath follows the river {v} through {n}. | Which river does {n} lie on? ~ On which river is {n}? ~ What is the name of the river at {n}?
crop | main crop | {food} | The main crop of {n} is {v}. ~ Most farmers there grow {v}. ~ The fields around the village are used for growing {v}. | What is the main crop of {n}? ~ What do most farmers in {n} grow? ~ Which crop is grown most in {n}?
church | material of the church | {material} | The church of {n} is built of {v}. ~ {P} church, built of {v}, stands on a hill. ~ In the centre stands a church made of {v}. | What is the church of {n} built of? ~ Which material is the church of {n} made of?
market | market day | {weekday} | {S} holds a market every {v}. ~ A market is held in the square every {v}. ~ Every {v} there is a market in {n}. | On which day is the market in {n}? ~ When is the market of {n} held? ~ What day of the week is market day in {n}?
distance | distance to the nearest town | {int:3:60} kilometres | The nearest town is {v} from {n}. ~ {S} is {v} from {place}, the nearest town. | How far is {n} from the nearest town? ~ What is the distance from {n} to the nearest town?

town | place | it | {S} is a town in the {direction} of {country}. ~ {S} is a harbour town in {country}. ~ {S} is the largest town in the district of {Word}.
population | population | {int:5000:480000} | {S} has {v} inhabitants. ~ The census of {year:1990:2022} counted {v} inhabitants. ~ With {v} inhabitants, {s} is larger than {place}. | How many inhabitants does {n} have? ~ What is the population of {n}? ~ How many people live in {n}?
twin | twin town | {place} | {S} is twinned with {v}. ~ Since {year:1950:2015} {s} has been twinned with {v}. ~ {P} twin town is {v}. | Which town is {n} twinned with? ~ What is the twin town of {n}? ~ With which town is {n} twinned?
industry | main industry | {or:shipbuilding|fishing|brewing|glassmaking|weaving|tanning|printing|mining|paper making|furniture making|salt production|tourism} | The main industry of {n} is {v}. ~ Most people in the town live from {v}. ~ {S} is known for {v}. | What is the main industry of {n}? ~ What is {n} known for? ~ Which industry is most important in {n}?
railway | year the railway came | {year:1845:1935} | The railway reached {n} in {v}. ~ {S} was connected to the railway in {v}. ~ In {v} the railway from {place} was completed. | When did the railway reach {n}? ~ In which year did {n} get a railway? ~ When was {n} connected to the railway?
disaster | disaster | {event} | {S} was badly damaged by {v}. ~ In {year:1700:1990} the town suffered from {v}. | What damaged {n}? ~ Which disaster hit {n}?
area | area | {dec:8:190} square kilometres | {S} covers an area of {v}. ~ {P} area is {v}. ~ The town covers {v}. | What is the area of {n}? ~ How large is {n}? ~ What area does {n} cover?
bridge | longest bridge | {Word} Bridge | The longest bridge in {n} is the {v}. ~ The {v} is {p} longest bridge. | Which is the longest bridge in {n}? ~ What is the longest bridge in {n} called?
festival | festival | {a:plant} festival | {S} is known for {v}, held every {month}. ~ Every {month} the town celebrates {v}. | What does {n} celebrate every year? ~ Which festival takes place in {n}?

river | Word | it | The {S} is a river in {country}. ~ The {n} is a river in the {direction} of {country}.
length | length | {int:18:2400} kilometres | The {n} is {v} long. ~ It has a length of {v}. ~ From its source to its mouth it measures {v}. | How long is the {n}? ~ What is the length of the {n}? ~ How many kilometres long is the {n}?
source | source | the {Word} {or:Hills|Mountains|Plateau|Marsh|Glacier} | The {n} rises in {v}. ~ Its source lies in {v}. ~ It begins as a small stream in {v}. | Where does the {n} rise? ~ Where is the source of the {n}? ~ Where does the {n} begin?
mouth | mouth | Lake {Word} | The {n} flows into {v}. ~ It ends in {v}, near {place}. ~ At {place} it empties into {v}. | Where does the {n} flow into? ~ What does the {n} flow into? ~ Into which lake does the {n} flow?
tributary | largest tributary | {Word} | The largest tributary of the {n} is the {v}. ~ The {v} is its largest tributary. ~ At {place} it is joined by its largest tributary, the {v}. | What is the largest tributary of the {n}? ~ Which river is the largest tributary of the {n}?
fish | commonest fish | {or:trout|salmon|pike|perch|carp|eel|barbel|roach|bream|grayling} | The commonest fish in the {n} is the {v}. ~ The fish caught most often is the {v}. | What is the commonest fish in the {n}? ~ Which fish is caught most often in the {n}?
dam | year of the dam | {year:1900:1999} | A dam was built on the {n} in {v}. ~ In {v} a dam was built above {place}. ~ Since {v} a dam has controlled its floods. | When was a dam built on the {n}? ~ In which year was the dam on the {n} built?
dams | number of bridges | {int:3:48} | The {n} is crossed by {v} bridges. ~ In all, {v} bridges cross the river. | How many bridges cross the {n}? ~ How many bridges are there over the {n}?

mountain | Mountain | it | {S} is a mountain in {country}. ~ {S} is the highest peak of the {Word} range.
height | height | {int:812:7600} metres | {S} is {v} high. ~ {P} summit stands at {v}. ~ The mountain rises to {v}. | How high is {n}? ~ What is the height of {n}? ~ How many metres high is {n}?
first | first climber | {person} | {S} was first climbed by {v}. ~ The first person on the summit was {v}, in {year:1780:1960}. ~ {v} was the first to reach the top. | Who first climbed {n}? ~ Who was the first person to climb {n}? ~ By whom was {n} first climbed?
climbed | first ascent | {year:1780:1965} | The first ascent of {n} was made in {v}. ~ It was first climbed in {v}. ~ In {v} a party of {int:2:9} climbers reached the summit for the first time. | When was {n} first climbed? ~ In which year was the first ascent of {n} made? ~ What year was {n} climbed for the first time?
rock | rock | {or:granite|basalt|limestone|sandstone|slate|gneiss|schist|marble|quartzite|dolomite} | {S} consists mainly of {v}. ~ The mountain is made mostly of {v}. | What does {n} mainly consist of? ~ Which rock is {n} made of? ~ What kind of rock is {n} made of?
glacier | glacier | {Word} Glacier | The largest glacier on {n} is the {v}. ~ On {p} {direction}ern side lies the {v}. | What is the glacier on {n} called? ~ Which glacier lies on {n}?
hut | altitude of the hut | {int:700:3300} metres | The hut below {n} stands at {v}. ~ Climbers stay overnight in a hut at {v}. | At what altitude does the hut below {n} stand? ~ How high is the hut below {n}?

island | Isle | it | {S} is an island off the coast of {country}. ~ {S} is an island in the Sea of {Word}.
area | area | {dec:2:980} square kilometres | {S} has an area of {v}. ~ The island covers {v}. ~ {P} area is {v}. | What is the area of {n}? ~ How large is {n}? ~ How big is {n}?
people | population | {int:14:42000} | {S} has {v} inhabitants. ~ Only {v} people live there all year. ~ {v} people live on the island. | How many people live on {n}? ~ What is the population of {n}? ~ How many inhabitants does {n} have?
village | main village | {place} | The main village on {n} is {v}. ~ The ferry lands at {v}, the main village. ~ {P} main village is {v}. | What is the main village on {n}? ~ What is the main village on {n} called? ~ Which village is the main one on {n}?
discovered | discoverer | Captain {surname} | {S} was discovered by {v}. ~ {v} discovered the island in {year:1520:1830}. ~ The first to chart it was {v}. | Who discovered {n}? ~ By whom was {n} discovered? ~ Which captain discovered {n}?
animal | best-known animal | {animal} | The best-known animal of {n} is the {v}. ~ Visitors come to see the {v}, which breeds there. | What is the best-known animal of {n}? ~ Which animal is {n} known for?
lighthouse | height of the lighthouse | {int:9:68} metres | The lighthouse on {n} is {v} tall. ~ {P} lighthouse, {v} tall, was built in {year:1790:1930}. | How tall is the lighthouse on {n}? ~ What is the height of the lighthouse on {n}?
ferry | ferry days | {weekday}s and {weekday}s | The ferry to {n} runs on {v}. ~ In winter the ferry runs only on {v}. | On which days does the ferry to {n} run? ~ When does the ferry to {n} run?

castle | Castle | it | {S} is a castle near {place} in {country}. ~ {S} is a ruined castle in {country}.
built | builder | {or:Duke|Count|Earl|Bishop|Baron} {first} of {place} | {S} was built by {v}. ~ {v} ordered {p} construction in the {or:twelfth|thirteenth|fourteenth|fifteenth} century. ~ The builder of the castle was {v}. | Who built {n}? ~ By whom was {n} built? ~ Who had {n} built?
towers | number of towers | {int:2:19} | {S} has {v} towers. ~ Of its original towers, {v} are left. ~ Its walls are strengthened by {v} towers. | How many towers does {n} have? ~ What is the number of towers of {n}?
burned | year of the fire | {year:1400:1900} | {S} burned down in {v}. ~ In {v} a fire destroyed most of the castle. ~ It was destroyed by fire in {v}. | When did {n} burn down? ~ In which year was {n} destroyed by fire? ~ When was the fire at {n}?
owner | present owner | the {Word} {or:family|Foundation|Trust|Society} | {S} now belongs to {v}. ~ Today the owner is {v}. ~ Since {year:1930:2015} it has belonged to {v}. | Who owns {n} today? ~ To whom does {n} belong now? ~ Who is the present owner of {n}?
visitors | visitors a year | {int:2000:490000} | {S} has {v} visitors a year. ~ About {v} people visit the castle each year. ~ Every year {v} people come to see it. | How many visitors does {n} have a year? ~ How many people visit {n} each year?
well | depth of the well | {int:12:160} metres | The well of {n} is {v} deep. ~ In the courtyard is a well {v} deep. | How deep is the well of {n}? ~ What is the depth of the well of {n}?
legend | ghost | a {or:grey|white|black|headless|laughing|weeping} {or:lady|knight|monk|page|horseman|nun} | People say that {n} is haunted by {v}. ~ According to legend, the castle is haunted by {v}. | Who is said to haunt {n}? ~ According to legend, what haunts {n}?

bridge | Bridge | it | {S} is a bridge in {place}. ~ {S} is a road bridge over the {Word}.
length | length | {int:40:2900} metres | {S} is {v} long. ~ The bridge has a total length of {v}. ~ It spans {v}. | How long is {n}? ~ What is the length of {n}? ~ How many metres long is {n}?
opened | opening date | {date} | {S} was opened on {v}. ~ The bridge opened on {v} after {int:2:9} years of work. ~ Traffic began to use it on {v}. | When was {n} opened? ~ On what date was {n} opened? ~ When did {n} open?
designer | designer | {person} | {S} was designed by {v}. ~ The designer of the bridge was {v}. ~ {v}, an engineer from {place}, designed it. | Who designed {n}? ~ By whom was {n} designed? ~ Who was the designer of {n}?
cost | cost | {int:2:890} million {or:euros|dollars|crowns|pounds|francs} | {S} cost {v}. ~ The cost of the work came to {v}. ~ Building it cost {v}. | How much did {n} cost? ~ What did {n} cost? ~ What was the cost of {n}?
material | material | {material} | {S} is made of {v}. ~ The arches are made of {v}. | What is {n} made of? ~ Which material was used for {n}?
cars | traffic | {int:1200:92000} vehicles | {S} carries {v} a day. ~ On a working day {v} cross it. | How many vehicles cross {n} each day? ~ How much traffic does {n} carry a day?

museum | Museum | it | {S} is a museum in {place}, {country}. ~ {S} is a museum of {or:toys|clocks|textiles|mining|fishing|glass|transport|printing|natural history|modern art}.
opened | opening year | {year:1860:2020} | {S} opened in {v}. ~ The museum first opened its doors in {v}. ~ It has been open since {v}. | When did {n} open? ~ In which year did {n} open? ~ What year did {n} open?
director | director | {person} | The director of {n} is {v}. ~ {v} has been its director since {year:2005:2023}. ~ The museum is led by {v}. | Who is the director of {n}? ~ Who leads {n}? ~ What is the name of the director of {n}?
objects | number of objects | {int:600:98000} | The collection of {n} holds {v} objects. ~ In all, {v} objects belong to the collection. ~ {P} collection has {v} objects. | How many objects does {n} hold? ~ How many objects are in the collection of {n}? ~ What is the size of the collection of {n}?
oldest | oldest object | {a:material} {or:bowl|figure|mask|ring|helmet|sword|comb|cup|bell|plate|coin|lamp} | The oldest object in {n} is {v}. ~ Its oldest object is {v} from {place}. | What is the oldest object in {n}? ~ Which object is the oldest in {n}?
ticket | ticket price | {money} | A ticket for {n} costs {v}. ~ Admission is {v}. ~ Adults pay {v}. | How much is a ticket for {n}? ~ What does a ticket for {n} cost? ~ What is the admission price of {n}?
closed | closing day | {weekday} | {S} is closed on {v}s. ~ The museum does not open on {v}s. ~ Every day except {v} the museum is open. | On which day is {n} closed? ~ Which day of the week is {n} closed? ~ When is {n} closed?
founder | founder | {person} | {S} was founded by {v}. ~ The founder was {v}, {a:job}. ~ It goes back to the private collection of {v}, its founder. | Who founded {n}? ~ By whom was {n} founded? ~ Who was the founder of {n}?

school | School | it | {S} is a school in {place}. ~ {S} is a secondary school in {country}.
pupils | number of pupils | {int:48:2600} | {S} has {v} pupils. ~ The number of pupils is {v}. ~ This year {v} pupils attend it. | How many pupils does {n} have? ~ How many pupils attend {n}? ~ What is the number of pupils at {n}?
head | head teacher | {person} | The head teacher of {n} is {v}. ~ {v} became head teacher in {year:2005:2023}. ~ Its head teacher, {v}, teaches {science}. | Who is the head teacher of {n}? ~ Who leads {n}? ~ What is the name of the head teacher of {n}?
founded | founding year | {year:1750:2010} | {S} was founded in {v}. ~ The school dates from {v}. ~ It goes back to {v}. | When was {n} founded? ~ In which year was {n} founded? ~ What year does {n} date from?
motto | motto | "{or:Learn and share|Courage and care|Truth first|Work with joy|Look further|Never idle|Light for all|Hand and mind|Ask again|Steady and kind}" | The motto of {n} is {v}. ~ Over the gate stands its motto: {v}. | What is the motto of {n}? ~ Which motto does {n} have?
sport | main sport | {sport} | The most popular sport at {n} is {v}. ~ Its pupils have won many prizes in {v}. | What is the most popular sport at {n}? ~ Which sport is most popular at {n}?
colour | colour of the uniform | {colour} | The uniform of {n} is {v}. ~ Pupils wear {av} uniform. | What colour is the uniform of {n}? ~ Which colour is the uniform of {n}?
starts | start of lessons | {time} | Lessons at {n} begin at {v}. ~ The first lesson begins at {v}. | When do lessons at {n} begin? ~ At what time does the first lesson at {n} begin?

company | firm | it | {S} is a company based in {place}. ~ {S} is {a:nation} company. ~ {S} is a family firm in {country}.
founded | founding year | {year:1820:2022} | {S} was founded in {v}. ~ The company was started in {v} in a rented {room}. ~ It has existed since {v}. | When was {n} founded? ~ In which year was {n} founded? ~ What year was {n} founded?
founder | founder | {person} | {S} was founded by {v}. ~ {v}, {a:job}, founded the company. ~ Its founder was {v}. | Who founded {n}? ~ Who was the founder of {n}? ~ By whom was {n} founded?
makes | products | {goods2} | {S} makes {v}. ~ Its main products are {v}. ~ Today the company produces {v}. | What does {n} make? ~ What are the main products of {n}? ~ What does {n} produce?
staff | number of employees | {int:12:88000} | {S} has {v} employees. ~ It employs {v} people. ~ In {year:2015:2024} it had {v} employees. | How many employees does {n} have? ~ How many people does {n} employ? ~ How many people work at {n}?
head | chief executive | {person} | The chief executive of {n} is {v}. ~ Since {year:2010:2024} the chief executive has been {v}. ~ The company is led by {v}, who joined in {year:1995:2009}. | Who is the chief executive of {n}? ~ Who leads {n}? ~ What is the name of the chief executive of {n}?
sales | yearly sales | {int:2:980} million {or:euros|dollars|pounds|crowns|yen} | The yearly sales of {n} are {v}. ~ In {year:2012:2024} sales reached {v}. ~ It had sales of {v} last year. | What are the yearly sales of {n}? ~ How high are the sales of {n}? ~ How much does {n} sell in a year?
bought | company it bought | {firm} | {S} bought {v}. ~ In {year:1995:2023} it bought {v}, a competitor. ~ The purchase of {v} made the company much larger. | Which company did {n} buy? ~ What company did {n} take over? ~ Which firm was bought by {n}?
plants | number of factories | {int:2:46} | {S} runs {v} factories. ~ It has {v} factories in {int:2:30} countries. | How many factories does {n} run? ~ How many factories does {n} have?
seat | head office | {place} | The head office of {n} is in {v}. ~ In {year:1950:2020} it moved its head office to {v}. | Where is the head office of {n}? ~ In which town is the head office of {n}? ~ Where does {n} have its head office?

machine | model | it | The {S} is {a:or:grinding|drying|sorting|printing|cutting|packing|washing|mixing|milling|labelling} machine made by {firm}. ~ The {n} is a machine for {or:cutting|drying|sorting|packing|testing|cleaning} {goods}.
power | power | {dec:0.4:95} kilowatts | The {n} has a power of {v}. ~ Its motor has a power of {v}. ~ It needs {v} when fully loaded. | What is the power of the {n}? ~ How much power does the {n} have? ~ What power does the motor of the {n} have?
weight | weight | {int:14:9400} kilograms | The {n} weighs {v}. ~ Without its stand it weighs {v}. ~ Its weight is {v}. | How much does the {n} weigh? ~ What is the weight of the {n}? ~ How heavy is the {n}?
speed | output | {int:20:9000} pieces an hour | The {n} handles {v}. ~ At full speed it handles {v}. | What is the output of the {n}? ~ How many pieces does the {n} handle?
oil | oil change | every {int:100:4000} hours | The oil of the {n} must be changed {v}. ~ Its oil has to be changed {v}. ~ Change the oil {v}. | How often must the oil of the {n} be changed? ~ When must the oil of the {n} be changed?
price | price | {money} | The {n} costs {v}. ~ Its list price is {v}. ~ A new one costs {v}. | How much does the {n} cost? ~ What is the price of the {n}? ~ What does the {n} cost?
error | meaning of the error light | {cause} | On the {n}, a blinking error light means {v}. ~ The most frequent fault is {v}. | What is the most frequent fault of the {n}? ~ What does the blinking error light of the {n} mean?
noise | noise level | {int:38:104} decibels | The noise level of the {n} is {v}. ~ It produces {v} of noise. | What is the noise level of the {n}? ~ How loud is the {n}?
warranty | warranty | {int:2:10} years | The warranty of the {n} lasts {v}. ~ It comes with a warranty of {v}. | How long is the warranty of the {n}? ~ How long does the warranty of the {n} last?

ship | ship | she | The {S} was a {or:cargo|passenger|fishing|sailing|survey|mail|whaling} ship. ~ The {n} was a ship of the {firm} line.
launched | launch year | {year:1780:1990} | The {n} was launched in {v}. ~ She was launched in {v} at {place}. ~ The ship left the yard in {v}. | When was the {n} launched? ~ In which year was the {n} launched? ~ What year was the {n} launched?
yard | shipyard | {place} | The {n} was built in {v}. ~ She was built at the yard of {firm} in {v}. ~ Workers in {v} built her in {int:5:30} months. | Where was the {n} built? ~ In which town was the {n} built? ~ In what place was the {n} built?
captain | captain | {person} | The captain of the {n} was {v}. ~ Her captain was {v}. ~ Under {v}, her first captain, she crossed the ocean {int:3:40} times. | Who was the captain of the {n}? ~ What was the name of the captain of the {n}? ~ Who commanded the {n}?
length | length | {dec:18:290} metres | The {n} was {v} long. ~ She measured {v} from bow to stern. ~ Her length was {v}. | How long was the {n}? ~ What was the length of the {n}?
cargo | cargo on the last voyage | {foods} | On her last voyage the {n} carried {v}. ~ Her last cargo was {v}. | What did the {n} carry on her last voyage? ~ What was the last cargo of the {n}?
sank | place where she sank | Cape {Word} | The {n} sank off {v}. ~ She sank in a storm off {v}. ~ In {year:1850:1999} she was lost off {v}. | Where did the {n} sink? ~ Where was the {n} lost? ~ Off which cape did the {n} sink?
crew | crew | {int:7:420} | The {n} had a crew of {v}. ~ Her crew numbered {v}. ~ She sailed with a crew of {v}. | How large was the crew of the {n}? ~ How many people were in the crew of the {n}? ~ What was the size of the crew of the {n}?

expedition | Expedition | it | The {S} explored the {Word} {or:Basin|Coast|Desert|Ice Cap|Plateau|Delta}. ~ The {n} was a scientific expedition.
leader | leader | {person} | The {n} was led by {v}. ~ Its leader was {v}. ~ {v}, {a:job} from {place}, led the party. | Who led the {n}? ~ Who was the leader of the {n}? ~ By whom was the {n} led?
members | number of members | {int:4:88} | The {n} had {v} members. ~ It consisted of {v} people. ~ In all, {v} people took part. | How many members did the {n} have? ~ How many people took part in the {n}?
left | departure | {date} | The {n} set out on {v}. ~ The party left {place} on {v}. ~ It started on {v}, later than planned. | When did the {n} set out? ~ On what date did the {n} leave? ~ When did the {n} start?
lasted | duration | {int:3:29} months | The {n} lasted {v}. ~ The journey took {v}. ~ It came back after {v}. | How long did the {n} last? ~ How long did the {n} take? ~ After how long did the {n} come back?
found | discovery | {or:a salt lake|a lost temple|a hot spring|a new species of beetle|the source of a river|an old fort|a cave with paintings|a vein of copper|a meteorite|the bones of a whale|a buried forest} | The {n} discovered {v}. ~ Its most important discovery was {v}. ~ Near {place} the party found {v}. | What did the {n} discover? ~ What was the most important discovery of the {n}? ~ What did the {n} find?
animals | pack animals | {int:6:90} {or:camels|mules|horses|dogs|yaks|donkeys|llamas|oxen} | The {n} used {v}. ~ Its loads were carried by {v}. ~ The baggage was carried by {v}. | Which animals did the {n} use? ~ How many animals did the {n} use, and which? ~ What carried the loads of the {n}?
paid | sponsor | the {Word} {or:Society|Institute|Bank|Academy|Museum} | The {n} was paid for by {v}. ~ The money came from {v}. | Who paid for the {n}? ~ Where did the money for the {n} come from?
lost | cause of the delay | {cause} | The {n} was delayed by {v}. ~ The party lost {int:3:40} days because of {v}. | What delayed the {n}? ~ Why was the {n} delayed?

book | title | it | "{S}" is {a:genre} by {person}. ~ "{n}" is a book that was read widely in {country}.
published | publication year | {year:1790:2023} | "{n}" was published in {v}. ~ It came out in {v}. ~ The first edition appeared in {v}. | When was "{n}" published? ~ In which year was "{n}" published? ~ When did "{n}" come out?
publisher | publisher | {firm} | "{n}" was published by {v}. ~ The publisher was {v}. ~ After {int:2:14} refusals, {v} published it. | Who published "{n}"? ~ Who was the publisher of "{n}"? ~ Which publisher brought out "{n}"?
hero | main character | {person} | The main character of "{n}" is {v}. ~ It tells the story of {v}, {a:job}. ~ At the centre of the book stands {v}. | Who is the main character of "{n}"? ~ Whose story does "{n}" tell? ~ What is the main character of "{n}" called?
set | setting | {place} | "{n}" is set in {v}. ~ The story takes place in {v}. ~ Most chapters are set in {v}. | Where is "{n}" set? ~ Where does the story of "{n}" take place? ~ In which place is "{n}" set?
pages | number of pages | {int:48:1190} | "{n}" has {v} pages. ~ The first edition had {v} pages. ~ It runs to {v} pages. | How many pages does "{n}" have? ~ How long is "{n}" in pages?
prize | prize | the {Word} {or:Prize|Medal|Award} | "{n}" won {v}. ~ A year later it won {v}. | Which prize did "{n}" win? ~ What award did "{n}" win?
sold | copies sold | {int:1200:4900000} | "{n}" sold {v} copies. ~ In its first year it sold {v} copies. | How many copies did "{n}" sell? ~ How many copies of "{n}" were sold?

film | title | it | "{S}" is a {year:1925:2023} film. ~ "{n}" is {a:nation} film.
director | director | {person} | "{n}" was directed by {v}. ~ The director was {v}. ~ {v} directed it after years in the theatre. | Who directed "{n}"? ~ Who was the director of "{n}"? ~ By whom was "{n}" directed?
music | composer | {person} | The music of "{n}" was written by {v}. ~ {v} wrote the music. ~ Its music is by {v}. | Who wrote the music of "{n}"? ~ Who composed the music for "{n}"? ~ By whom was the music of "{n}" written?
length | running time | {int:62:208} minutes | "{n}" lasts {v}. ~ Its running time is {v}. | How long is "{n}"? ~ What is the running time of "{n}"? ~ How long does "{n}" last?
shot | filming location | {place} | "{n}" was filmed in {v}. ~ Most scenes were shot in {v}. ~ The crew spent {int:2:20} weeks filming in {v}. | Where was "{n}" filmed? ~ In which place was "{n}" filmed? ~ Where were most scenes of "{n}" shot?
plot | main character's job | {job} | "{n}" tells the story of a retired {v}. ~ The main character is {av} who returns to {place}. | What is the job of the main character of "{n}"? ~ What kind of person is "{n}" about?
budget | budget | {money} | The budget of "{n}" was {v}. ~ It was made with a budget of {v}. | What was the budget of "{n}"? ~ How large was the budget of "{n}"?
star | star | {person} | The leading part in "{n}" is played by {v}. ~ {v} plays the leading part. ~ It stars {v}. | Who plays the leading part in "{n}"? ~ Who stars in "{n}"? ~ By whom is the leading part in "{n}" played?

band | band | they | {S} are {a:music} band from {place}. ~ {S} are a band from {country}.
formed | year of formation | {year:1955:2020} | {S} were formed in {v}. ~ The band was formed in {v}. ~ They first played together in {v}. | When were {n} formed? ~ In which year were {n} formed? ~ What year did {n} form?
singer | singer | {person} | The singer of {n} is {v}. ~ Their singer is {v}. ~ {v} joined as singer in {year:1980:2022}. | Who is the singer of {n}? ~ Who sings in {n}? ~ What is the name of the singer of {n}?
album | first album | "{title}" | The first album of {n} was {v}. ~ Their first album, {v}, was recorded in {int:3:30} days. | What was the first album of {n} called? ~ What is the title of the first album of {n}? ~ Which album was the first by {n}?
drummer | drummer | {person} | The drummer of {n} is {v}. ~ {v} plays the drums. | Who is the drummer of {n}? ~ Who plays the drums in {n}?
label | record label | {firm} | {S} signed with {v}. ~ In {year:1970:2022} they signed a contract with {v}. | Which label did {n} sign with? ~ With which company did {n} sign?
concert | largest concert | {int:300:95000} people | The largest concert of {n} was attended by {v}. ~ They played before {v} in {place}. | How many people attended the largest concert of {n}? ~ How large was the audience at the largest concert of {n}?

club | Club | it | {S} is {a:sport} club from {place}. ~ {S} is a sports club in {country}.
founded | founding year | {year:1870:2010} | {S} was founded in {v}. ~ The club was founded in {v} by {int:5:30} friends. ~ It has existed since {v}. | When was {n} founded? ~ In which year was {n} founded? ~ What year was {n} founded?
ground | ground | {Word} {or:Park|Road|Field|Stadium|Lane|Arena} | The home ground of {n} is {v}. ~ It plays its home games at {v}. ~ Since {year:1920:2020} its home has been {v}. | Where does {n} play its home games? ~ What is the home ground of {n}? ~ What is the home ground of {n} called?
coach | coach | {person} | The coach of {n} is {v}. ~ {v} became coach in {year:2015:2024}. ~ The team is trained by {v}. | Who is the coach of {n}? ~ Who trains {n}? ~ What is the name of the coach of {n}?
colours | colours | {colour} and {colour} | The colours of {n} are {v}. ~ Its players wear {v}. | What are the colours of {n}? ~ Which colours does {n} wear?
title | championships | {int:2:34} | {S} has won {v} championships. ~ It has won the championship {v} times. | How many championships has {n} won? ~ How often has {n} won the championship?
rival | rival | {place} {or:United|Rovers|Athletic|Wanderers|City} | The main rival of {n} is {v}. ~ Matches against {v}, its main rival, are always sold out. | Who is the main rival of {n}? ~ Which club is the main rival of {n}?
scorer | record scorer | {person} | The record scorer of {n} is {v}. ~ {v} scored {int:40:400} goals for the club, a record. | Who is the record scorer of {n}? ~ Who holds the scoring record of {n}?

scientist | person | he/she | {S} was {a:nation} scientist. ~ {S} was a scientist from {country}. ~ {S} was a professor at the University of {place}.
born | birth year | {year:1730:1985} | {S} was born in {v}. ~ {S} was born in {v}, the {or:second|third|fourth|fifth} child of {a:job}. | When was {n} born? ~ In which year was {n} born? ~ What year was {n} born?
birthplace | birthplace | {place} | {S} was born in {v}. ~ {P} birthplace was {v}. ~ {S} grew up in {v}. | Where was {n} born? ~ In which town was {n} born? ~ What was the birthplace of {n}?
field | field | {science} | {S} studied {v}. ~ {P} field was {v}. ~ At university {s} chose {v}. | What did {n} study? ~ What was the field of {n}? ~ Which subject did {n} study?
teacher | teacher | Professor {surname} | {S} was a student of {v}. ~ {P} most important teacher was {v}. ~ In {place} {s} worked under {v}. | Who was the teacher of {n}? ~ Whose student was {n}? ~ Who taught {n}?
known | main achievement | {or:a method for dating rocks|a theory of tides|a map of the southern stars|a new way to purify water|the study of lichens|a catalogue of comets|an improved barometer|research on sleep|work on crystal growth|a vaccine for cattle|a study of bird song|a table of logarithms} | {S} is best known for {v}. ~ {S} became known for {v}. | What is {n} best known for? ~ What made {n} known? ~ For what is {n} known?
spouse | husband or wife | {person} | {S} married {v}. ~ In {year:1760:2010} {s} married {v}, {a:job}. | Whom did {n} marry? ~ Who did {n} marry? ~ Who was the spouse of {n}?
prize | prize | the {Word} {or:Medal|Prize|Award} | {S} received {v}. ~ In {year:1800:2020} {s} was awarded {v}. | Which prize did {n} receive? ~ What award was {n} given?
died | year of death | {year:1990:2023} | {S} died in {v}. ~ {S} died in {place} in {v}. | When did {n} die? ~ In which year did {n} die? ~ What year did {n} die?

artist | person | he/she | {S} was a painter from {country}. ~ {S} was {a:nation} painter and printmaker.
born | date of birth | {date} | {S} was born on {v}. ~ {S} was born in {place} on {v}. | When was {n} born? ~ What is the date of birth of {n}? ~ On what date was {n} born?
work | most famous work | "{title}" | The most famous painting by {n} is {v}. ~ {P} best-known painting is {v}. | What is the most famous painting by {n}? ~ Which painting by {n} is the most famous?
training | place of training | {place} | {S} trained in {v}. ~ {S} went to the art school in {v}. ~ From {year:1850:1990} {s} studied in {v}. | Where did {n} train? ~ Where did {n} go to art school? ~ In which town did {n} study?
father | father's job | {job} | The father of {n} was {av}. ~ {P} father, {av}, wanted {n} to learn a trade. | What was the job of the father of {n}? ~ What did the father of {n} do for a living?
paintings | number of paintings | {int:30:1900} | {S} left {v} paintings. ~ In all, {s} made {v} paintings. | How many paintings did {n} leave? ~ How many paintings did {n} make?
friend | friend | {person} | {S} was a friend of {v}. ~ {P} closest friend was {v}. ~ In {place} {s} met {v}, who became a lifelong friend. | Who was a friend of {n}? ~ Who was the closest friend of {n}?
studio | studio | {or:an old mill|a former bakery|a boathouse|a stable|a lighthouse|a tower|a disused railway station|a barn|a chapel} | {S} worked in {v}. ~ {P} studio was in {v} near {place}. | Where did {n} work? ~ Where was the studio of {n}?

politician | person | he/she | {S} is a politician from {country}. ~ {S} is {a:nation} politician.
born | birth year | {year:1930:1990} | {S} was born in {v}. ~ Born in {v}, {s} grew up in {place}. | When was {n} born? ~ In which year was {n} born?
party | party | {Word} {or:Party|Alliance|Union|League} | {S} is a member of the {v}. ~ {S} joined the {v} in {year:1970:2010}. | Which party does {n} belong to? ~ What party is {n} a member of? ~ Which party did {n} join?
elected | year of election to parliament | {year:1970:2024} | {S} was elected to parliament in {v}. ~ In {v} {s} was elected to parliament for the first time. | When was {n} elected to parliament? ~ In which year was {n} elected to parliament?
minister | ministry | {or:transport|health|agriculture|education|finance|justice|culture|defence|energy|fisheries} | {S} became minister of {v}. ~ From {year:1995:2015} {s} was minister of {v}. | Of what was {n} minister? ~ Which ministry did {n} lead? ~ What was {n} the minister of?
before | earlier job | {job} | {S} worked as {av} before entering politics. ~ Before entering politics, {s} was {av}. | What was the job of {n} before entering politics? ~ What did {n} do before entering politics?
votes | votes | {int:3000:990000} | {S} received {v} votes. ~ In the last election {s} received {v} votes. | How many votes did {n} receive? ~ What was the number of votes for {n}?
followed | successor | {person} | {S} was followed by {v}. ~ {P} successor was {v}. ~ In {year:2000:2024} {s} handed over to {v}. | Who followed {n}? ~ Who was the successor of {n}? ~ By whom was {n} followed?

player | person | he/she | {S} is a {or:football|hockey|handball|rugby|water polo|lacrosse} player from {country}. ~ {S} is a former {or:football|hockey|handball|rugby|water polo|lacrosse} player.
born | birthplace | {place} | {S} was born in {v}. ~ {S} comes from {v}. ~ {S} grew up in {v}. | Where was {n} born? ~ Where does {n} come from? ~ In which place was {n} born?
club | club | {place} {or:United|Rovers|Athletic|Wanderers|City|Eagles|Tigers} | {S} plays for {v}. ~ In {year:2010:2024} {s} signed for {v}. ~ {P} club is {v}. | Which club does {n} play for? ~ For which club does {n} play? ~ What is the club of {n}?
height | height | 1.{int:60:99} metres | {S} is {v} tall. ~ {P} height is {v}. | How tall is {n}? ~ What is the height of {n}?
goals | goals | {int:12:480} | {S} has scored {v} goals. ~ In {int:60:600} games {s} scored {v} goals. | How many goals has {n} scored? ~ How many goals did {n} score?
number | shirt number | {int:1:99} | {S} wears number {v}. ~ {P} shirt number is {v}. | Which number does {n} wear? ~ What is the shirt number of {n}?
injury | injury | a {or:broken wrist|torn muscle|knee injury|broken ankle|back injury|shoulder injury|broken rib} | {S} missed a season because of {v}. ~ In {year:2008:2023} {s} was out for months with {v}. | Why did {n} miss a season? ~ Which injury did {n} have?
debut | debut | {date} | {S} made a debut on {v}. ~ {P} first game was on {v}. | When did {n} make a debut? ~ When was the first game of {n}?

ruler | ruler | he/she | {S} ruled the kingdom of {place}. ~ {S} was the ruler of {place}.
reign | length of reign | {int:2:58} years | {S} ruled for {v}. ~ {P} reign lasted {v}. | How long did {n} rule? ~ How long did the reign of {n} last?
crowned | coronation year | {year:900:1890} | {S} was crowned in {v}. ~ {S} was crowned at {place} in {v}. | When was {n} crowned? ~ In which year was {n} crowned? ~ When was the coronation of {n}?
war | enemy | the {or:Kingdom|Duchy|Republic|League} of {place} | {S} fought against {v}. ~ For years {s} was at war with {v}. | Against whom did {n} fight? ~ With whom was {n} at war?
capital | capital | {place} | {S} moved the capital to {v}. ~ In {year:950:1890} {s} made {v} the capital. | Where did {n} move the capital? ~ Which town did {n} make the capital?
heir | heir | {first} of {place} | {S} was succeeded by {v}. ~ {P} heir was {v}. | Who succeeded {n}? ~ By whom was {n} succeeded? ~ Who was the heir of {n}?
built | building | {or:a bridge|a palace|an abbey|a harbour|a university|a hospital|city walls|a canal|a cathedral} | {S} ordered the building of {v}. ~ The greatest work of this reign was {v}. | What did {n} order to be built? ~ What did {n} build?
tax | tax | {food} | {S} introduced a tax on {v}. ~ A tax on {v}, introduced by {n}, led to a revolt. | On what did {n} introduce a tax? ~ What did {n} tax?

planet | Word | it | {S} is a planet of the star {code}. ~ {S} is a small planet beyond {Word}.
year | length of a year | {int:3:980} days | A year on {n} lasts {v}. ~ It takes {v} to go round its star. | How long does a year on {n} last? ~ How long is a year on {n}?
temperature | surface temperature | minus {int:12:210} degrees | The temperature on the surface of {n} is {v}. ~ Its surface temperature is {v}. | What is the temperature on the surface of {n}? ~ How cold is it on {n}?
discoverer | discoverer | {person} | {S} was discovered by {v}. ~ {v} discovered it in {year:1800:2023}. ~ The discoverer was {v}. | Who discovered {n}? ~ By whom was {n} discovered? ~ Who was the discoverer of {n}?
moons | number of moons | {int:2:41} | {S} has {v} moons. ~ So far {v} moons have been found. | How many moons does {n} have? ~ What is the number of moons of {n}?
gas | main gas | {or:nitrogen|methane|carbon dioxide|helium|hydrogen|argon|ammonia|oxygen} | The air of {n} is mostly {v}. ~ Its atmosphere consists mostly of {v}. | What does the atmosphere of {n} mostly consist of? ~ What is the main gas on {n}?
diameter | diameter | {int:400:98000} kilometres | The diameter of {n} is {v}. ~ It has a diameter of {v}. | What is the diameter of {n}? ~ How large is {n}?
probe | probe | {model} | {S} was visited by the probe {v}. ~ In {year:1975:2023} the probe {v} flew past it. | Which probe visited {n}? ~ What was the name of the probe that visited {n}?

species | species | it | The {S} is a {or:bird|beetle|lizard|moth|frog|small mammal|fish|snail} found in {country}. ~ The {n} is an animal of the {or:forest|marsh|desert|coast|high mountains}.
eats | food | {or:seeds|berries|moss|ants|small fish|snails|roots|nectar|worms|leaves|spiders|mushrooms} | The {n} feeds on {v}. ~ It eats mainly {v}. | What does the {n} feed on? ~ What does the {n} eat? ~ What is the food of the {n}?
size | length | {dec:1.2:94} centimetres | The {n} grows to {v}. ~ An adult measures {v}. | How long does the {n} grow? ~ What size does the {n} reach? ~ How large is an adult {n}?
named | person who described it | {person} | The {n} was first described by {v}. ~ {v} described it in {year:1770:1990}. | Who first described the {n}? ~ By whom was the {n} first described?
eggs | number of eggs | {int:2:240} | The {n} lays {v} eggs. ~ In spring it lays {v} eggs. | How many eggs does the {n} lay? ~ What number of eggs does the {n} lay?
enemy | main enemy | {animal} | The main enemy of the {n} is the {v}. ~ It is hunted above all by the {v}. | What is the main enemy of the {n}? ~ Which animal hunts the {n}?
age | lifespan | {int:2:70} years | The {n} lives for up to {v}. ~ Its lifespan is up to {v}. | How long does the {n} live? ~ What is the lifespan of the {n}?
sleeps | resting place | {or:hollow trees|caves|burrows|reeds|old walls|bird nests|rock cracks|under bark} | The {n} spends the winter in {v}. ~ In winter it hides in {v}. | Where does the {n} spend the winter? ~ Where does the {n} hide in winter?

battle | Battle | it | The {S} was fought near {place}. ~ The {n} was part of the {Word} War.
date | date | {date} | The {n} took place on {v}. ~ It was fought on {v}. ~ Fighting began at dawn on {v}. | When did the {n} take place? ~ On what date was the {n} fought? ~ When was the {n} fought?
winner | winning commander | General {surname} | The {n} was won by {v}. ~ The victory went to {v}. ~ After {int:3:14} hours {v} had won. | Who won the {n}? ~ By whom was the {n} won? ~ Which general won the {n}?
loser | losing commander | Marshal {surname} | The army of {v} lost the {n}. ~ The defeated army was led by {v}. | Who lost the {n}? ~ Who led the defeated army in the {n}?
dead | dead | {int:80:24000} | The {n} cost {v} lives. ~ In all, {v} soldiers died. | How many lives did the {n} cost? ~ How many soldiers died in the {n}?
cannon | guns | {int:4:290} | In the {n}, {v} guns were used. ~ The attackers had {v} guns. | How many guns were used in the {n}? ~ How many guns did the attackers have in the {n}?
peace | treaty | Treaty of {place} | The {n} led to the {v}. ~ It was followed by the {v}. | To which treaty did the {n} lead? ~ Which treaty followed the {n}?

festival | Festival | it | The {S} is held every year in {place}. ~ The {n} is a festival of {music} music.
month | month | {month} | The {n} takes place in {v}. ~ It is held every {v}. ~ Each {v} it brings {int:2:40} artists to the town. | In which month does the {n} take place? ~ When is the {n} held? ~ What month is the {n} held in?
first | first year | {year:1890:2020} | The {n} was first held in {v}. ~ It began in {v}. ~ The first one took place in {v}. | When was the {n} first held? ~ In which year did the {n} begin? ~ What year was the {n} held for the first time?
visitors | visitors | {int:300:190000} | The {n} draws {v} visitors. ~ Last year {v} visitors came. | How many visitors does the {n} draw? ~ How many people visit the {n}?
organiser | organiser | {person} | The {n} is organised by {v}. ~ Its organiser is {v}. ~ Since {year:1995:2023} {v} has organised it. | Who organises the {n}? ~ Who is the organiser of the {n}? ~ By whom is the {n} organised?
prize | prize | {or:a golden bell|a silver fish|a wooden spoon|a glass star|a bronze horse|a live goat|a barrel of honey|a painted egg} | The winner of the {n} receives {v}. ~ The best act wins {v}. | What does the winner of the {n} receive? ~ What is the prize of the {n}?
place | venue | the old {or:brewery|harbour|station|market hall|monastery|quarry|theatre|castle} | The {n} is held in {v}. ~ Concerts take place in {v}. | Where is the {n} held? ~ What is the venue of the {n}?

software | software | it | {S} is a program for {or:editing photos|planning routes|keeping accounts|writing music|managing recipes|drawing maps|tracking parcels|backing up files|reading old books}. ~ {S} is a free program.
version | current version | {int:1:19}.{int:0:19} | The current version of {n} is {v}. ~ The latest release is version {v}. | What is the current version of {n}? ~ Which version of {n} is the latest?
author | author | {person} | {S} was written by {v}. ~ Its author is {v}. ~ {v} started it as a student in {year:1988:2018}. | Who wrote {n}? ~ Who is the author of {n}? ~ By whom was {n} written?
language | programming language | {or:C|C++|Rust|Python|Java|Go|Pascal|Haskell|Lisp|Fortran|Swift} | {S} is written in {v}. ~ The code is written in {v}. | In which language is {n} written? ~ What programming language is {n} written in?
memory | memory needed | {int:2:64} GB | {S} needs {v} of memory. ~ It runs on computers with at least {v} of memory. | How much memory does {n} need? ~ How much memory is needed to run {n}?
port | port | {int:1024:9999} | {S} listens on port {v}. ~ By default it uses port {v}. | Which port does {n} use? ~ On which port does {n} listen?
license | licence | {or:MIT|Apache|BSD|GPL|public domain|Mozilla} | The licence of {n} is {v}. ~ It is released under this licence: {v}. | What is the licence of {n}? ~ Under which licence is {n} released?
format | file format | .{word} | {S} saves its files as {v}. ~ Its files end in {v}. | How does {n} save its files? ~ In which format does {n} save its files?

employee | person | he/she | {S} works for {firm}. ~ {S} is a new member of the staff.
role | position | {role} | {S} is the {v}. ~ {S} has been {v} since {year:2008:2024}. | What is the position of {n}? ~ What is {n}'s job? ~ What does {n} do at work?
office | office | room {int:2:480} | The office of {n} is {v}. ~ {S} can be found in {v}. | Where is the office of {n}? ~ In which room is {n}? ~ Where can {n} be found?
phone | phone number | {phone} | The phone number of {n} is {v}. ~ {S} can be reached at {v}. | What is the phone number of {n}? ~ At which number can {n} be reached?
start | first day | {date} | {S} started on {v}. ~ {P} first day was {v}. | When did {n} start? ~ What was the first day of {n}?
boss | manager | {person} | {S} reports to {v}. ~ {P} manager is {v}. | Who is the manager of {n}? ~ To whom does {n} report? ~ Who is {n}'s manager?
town | home town | {place} | {S} lives in {v}. ~ {P} home is in {v}. | Where does {n} live? ~ In which town does {n} live?
languages | languages | {or:Spanish and Dutch|Arabic and French|Polish and German|Japanese and Korean|Welsh and English|Turkish and Greek|Hindi and Urdu|Finnish and Swedish} | {S} speaks {v}. ~ Besides English, {s} speaks {v}. | Which languages does {n} speak? ~ What languages does {n} speak?
hobby | hobby | {or:climbing|baking|chess|gardening|cycling|singing|photography|pottery|running|sailing|knitting|stargazing} | The hobby of {n} is {v}. ~ In the evening {s} enjoys {v}. | What is the hobby of {n}? ~ What does {n} enjoy in the evening?

pet | pet | it | {S} is a {or:dog|cat|rabbit|parrot|pony|tortoise|goat|hamster} that lives in {place}. ~ {S} is the pet of the {surname} family.
owner | owner | {person} | The owner of {n} is {v}. ~ {S} belongs to {v}. | Who is the owner of {n}? ~ To whom does {n} belong? ~ Who owns {n}?
colour | colour | {colour} | {S} is {v}. ~ {P} colour is {v}. | What colour is {n}? ~ Which colour is {n}?
age | age | {int:2:19} years | {S} is {v} old. ~ {P} age is {v}. | How old is {n}? ~ What is the age of {n}?
food | favourite food | {or:carrots|apples|cheese|fish|ham|lettuce|biscuits|peas|melon|rice} | The favourite food of {n} is {v}. ~ Most of all {s} likes {v}. | What is the favourite food of {n}? ~ What does {n} like most?
sleeps | sleeping place | in the {room} | {S} sleeps {v}. ~ At night {s} sleeps {v}. | Where does {n} sleep? ~ Where does {n} sleep at night?
weight | weight | {dec:0.4:60} kilograms | {S} weighs {v}. ~ {P} weight is {v}. | How much does {n} weigh? ~ What is the weight of {n}?
vet | vet | Dr {surname} | The vet of {n} is {v}. ~ When {s} is ill, {v} looks after {n}. | Who is the vet of {n}? ~ What is the name of the vet of {n}?

order | order | it | Order {S} was placed by a customer in {place}. ~ Order {n} was placed by {firm}.
item | item | {int:2:480} {goods} | Order {n} contains {v}. ~ It is for {v}. | What does order {n} contain? ~ What was ordered in order {n}?
price | total | {money} | The total of order {n} is {v}. ~ The total comes to {v}. | What is the total of order {n}? ~ How much does order {n} cost?
sent | dispatch date | {day} | Order {n} was sent on {v}. ~ It left the warehouse on {v}. | When was order {n} sent? ~ On what date did order {n} leave the warehouse?
carrier | carrier | {firm} | Order {n} is delivered by {v}. ~ The carrier is {v}. | Who delivers order {n}? ~ Which carrier delivers order {n}?
tracking | tracking number | {code} | The tracking number of order {n} is {v}. ~ It can be followed with the tracking number {v}. | What is the tracking number of order {n}? ~ Which tracking number does order {n} have?
address | delivery address | {int:1:290} {Word} {or:Street|Road|Lane|Avenue|Square} | Order {n} goes to {v}. ~ The delivery address is {v}. | Where does order {n} go? ~ What is the delivery address of order {n}?
problem | reason for the delay | {cause} | Order {n} was delayed because of {v}. ~ The delay was caused by {v}. | Why was order {n} delayed? ~ What delayed order {n}?

train | Line | it | The {S} is a railway line in {country}. ~ The {n} connects the coast with {place}.
length | length | {int:12:890} kilometres | The {n} is {v} long. ~ Its length is {v}. | How long is the {n}? ~ What is the length of the {n}?
stations | number of stations | {int:4:64} | The {n} has {v} stations. ~ Trains stop at {v} stations. | How many stations does the {n} have? ~ At how many stations do trains of the {n} stop?
terminus | terminus | {place} | The {n} ends in {v}. ~ Its last station is {v}. | Where does the {n} end? ~ What is the last station of the {n}?
opened | opening year | {year:1840:2010} | The {n} opened in {v}. ~ The first train ran in {v}. | When did the {n} open? ~ In which year did the {n} open? ~ When did the first train run on the {n}?
first | first train | {time} | The first train of the {n} leaves at {v}. ~ Every morning the first train leaves at {v}. | When does the first train of the {n} leave? ~ At what time does the first train of the {n} leave?
fare | fare | {money} | A ticket for the whole {n} costs {v}. ~ The full fare is {v}. | How much is a ticket for the whole {n}? ~ What is the fare on the {n}?
tunnel | longest tunnel | {Word} Tunnel | The longest tunnel of the {n} is the {v}. ~ It passes through the {v}. | What is the longest tunnel of the {n}? ~ Through which tunnel does the {n} pass?

recipe | dish | it | {S} is a dish from {place}. ~ {S} is a traditional dish in the {direction} of {country}.
main | main ingredient | {food} | The main ingredient of {n} is {v}. ~ It is made mostly of {v}. | What is the main ingredient of {n}? ~ What is {n} mostly made of?
spice | spice | {or:saffron|cumin|thyme|ginger|mint|cinnamon|paprika|rosemary|nutmeg|dill|cloves|sage} | {S} is seasoned with {v}. ~ A little {v} is added at the end. | What is {n} seasoned with? ~ Which spice is used for {n}?
time | cooking time | {int:8:240} minutes | {S} has to cook for {v}. ~ It is cooked for {v}. | How long does {n} have to cook? ~ What is the cooking time of {n}?
heat | temperature | {int:80:250} degrees | {S} is baked at {v}. ~ The oven should be at {v}. | At what temperature is {n} baked? ~ How hot should the oven be for {n}?
served | side dish | {or:brown bread|rice|salad|mashed potatoes|pickles|white beans|noodles|apple sauce|yoghurt} | {S} is served with {v}. ~ People eat it with {v}. | What is {n} served with? ~ With what is {n} served?
people | servings | {int:2:16} people | The recipe for {n} is enough for {v}. ~ The quantities serve {v}. | For how many people is the recipe for {n}? ~ How many people does the recipe for {n} serve?
cook | inventor | {person} | {S} was invented by {v}. ~ The first to cook it was {v}, {a:job}. | Who invented {n}? ~ By whom was {n} invented?

invention | gadget | it | The {S} is a device for {or:measuring rain|peeling apples|sharpening knives|counting sheep|drying boots|finding leaks|folding maps|warming soup|reading meters}. ~ The {n} is an invention from {country}.
inventor | inventor | {person} | The {n} was invented by {v}. ~ Its inventor was {v}, {a:job}. | Who invented the {n}? ~ Who was the inventor of the {n}? ~ By whom was the {n} invented?
patent | patent number | {int:10000:990000} | The patent number of the {n} is {v}. ~ It was patented under number {v}. | What is the patent number of the {n}? ~ Under which number was the {n} patented?
year | year of invention | {year:1820:2020} | The {n} was invented in {v}. ~ It was invented in {v} after {int:3:90} attempts. | When was the {n} invented? ~ In which year was the {n} invented?
material | material | {material} | The {n} is made of {v}. ~ The first one was made of {v}. | What is the {n} made of? ~ Of which material is the {n} made?
sold | number sold | {int:200:900000} | {v} pieces of the {n} were sold. ~ In the first ten years {v} were sold. | How many pieces of the {n} were sold? ~ How often was the {n} sold?
weight | weight | {int:20:950} grams | The {n} weighs {v}. ~ It weighs only {v}. | How much does the {n} weigh? ~ What is the weight of the {n}?

building | building | it | {S} is a building in {place}. ~ {S} is an office building in {country}.
architect | architect | {person} | {S} was designed by {v}. ~ The architect was {v}. ~ {v} won the competition to design it. | Who designed {n}? ~ Who was the architect of {n}? ~ By whom was {n} designed?
height | height | {int:14:420} metres | {S} is {v} high. ~ The building has a height of {v}. | How high is {n}? ~ What is the height of {n}?
floors | number of floors | {int:3:96} | {S} has {v} floors. ~ There are {v} floors. | How many floors does {n} have? ~ What is the number of floors of {n}?
style | style | {style} | {S} is built in the {v} style. ~ Its style is {v}. | In which style is {n} built? ~ What is the style of {n}?
finished | completion | {year:1780:2023} | {S} was finished in {v}. ~ Work on it ended in {v}. ~ Building began in {year:1700:1779} and was finished in {v}. | When was {n} finished? ~ In which year was {n} finished?
use | present use | {or:a bank|a hotel|a library|a court|a hospital|a theatre|a warehouse|a school|a town hall} | {S} is now used as {v}. ~ Today it serves as {v}. | What is {n} used as now? ~ What is the present use of {n}?
stairs | steps | {int:60:1400} | The main staircase of {n} has {v} steps. ~ To reach the roof one climbs {v} steps. | How many steps does the main staircase of {n} have? ~ How many steps are there in {n}?

project | project | it | Project {S} was started by {firm}. ~ Project {n} is run by the town of {place}.
leader | leader | {person} | Project {n} is led by {v}. ~ The leader is {v}. ~ {v} took over the lead from {person}. | Who leads project {n}? ~ Who is the leader of project {n}? ~ By whom is project {n} led?
deadline | deadline | {date} | The deadline of project {n} is {v}. ~ It must be finished by {v}. | What is the deadline of project {n}? ~ When must project {n} be finished?
budget | budget | {money} | The budget of project {n} is {v}. ~ It has a budget of {v}. | What is the budget of project {n}? ~ How large is the budget of project {n}?
goal | goal | to {or:repair the harbour|digitise the archive|plant a forest|replace the water pipes|build a cycle path|restore a windmill|map the caves|test a new battery|reduce noise|insulate the school} | The goal of project {n} is {v}. ~ Its purpose is {v}. | What is the goal of project {n}? ~ What is the purpose of project {n}?
team | team size | {int:3:64} people | The team of project {n} consists of {v}. ~ It has a team of {v}. | How large is the team of project {n}? ~ How many people are in the team of project {n}?
risk | main risk | {cause} | The main risk of project {n} is {v}. ~ The team fears {v} most. | What is the main risk of project {n}? ~ What does the team of project {n} fear most?
code | code | {code} | The code of project {n} is {v}. ~ In the files it appears under the code {v}. | What is the code of project {n}? ~ Under which code does project {n} appear in the files?

language | tongue | it | {S} is a language spoken in {country}. ~ {S} is a language of the {Word} Valley.
speakers | speakers | {int:40:900000} | {S} has {v} speakers. ~ It is spoken by {v} people. | How many speakers does {n} have? ~ How many people speak {n}?
letters | letters | {int:17:52} | The alphabet of {n} has {v} letters. ~ It is written with {v} letters. | How many letters does the alphabet of {n} have? ~ With how many letters is {n} written?
word | word for "water" | "{word}" | In {n}, the word for "water" is {v}. ~ The word for "water" is {v}. | What is the word for "water" in {n}? ~ How do you say "water" in {n}?
house | word for "house" | "{word}" | In {n}, the word for "house" is {v}. ~ The word for "house" is {v}. | What is the word for "house" in {n}? ~ How do you say "house" in {n}?
grammar | first grammar | {person} | The first grammar of {n} was written by {v}. ~ {v} wrote its first grammar in {year:1700:1990}. | Who wrote the first grammar of {n}? ~ By whom was the first grammar of {n} written?
related | related language | {tongue} | {S} is related to {v}. ~ Its closest relative is {v}. | Which language is {n} related to? ~ What is the closest relative of {n}?

experiment | experiment | it | Experiment {S} was carried out at the University of {place}. ~ Experiment {n} was carried out by {firm}.
result | result | {pct} | In experiment {n}, the success rate was {v}. ~ The success rate was {v}. | What was the success rate of experiment {n}? ~ How high was the success rate in experiment {n}?
samples | samples | {int:6:4800} | Experiment {n} used {v} samples. ~ In all, {v} samples were tested. | How many samples did experiment {n} use? ~ How many samples were tested in experiment {n}?
lead | head | Dr {surname} | Experiment {n} was led by {v}. ~ The work was led by {v}. | Who led experiment {n}? ~ By whom was experiment {n} led?
temperature | temperature | {dec:1:98} degrees | Experiment {n} was run at {v}. ~ The temperature was kept at {v}. | At what temperature was experiment {n} run? ~ What was the temperature in experiment {n}?
duration | duration | {int:3:90} days | Experiment {n} lasted {v}. ~ The test ran for {v}. | How long did experiment {n} last? ~ What was the duration of experiment {n}?
failure | reason for failures | {cause} | The failures in experiment {n} were caused by {v}. ~ All failures were traced to {v}. | What caused the failures in experiment {n}? ~ To what were the failures in experiment {n} traced?
device | instrument | {model} | Experiment {n} used the {v}. ~ Measurements were made with the {v}. | Which instrument did experiment {n} use? ~ With what were the measurements in experiment {n} made?
"""

# Makers of the names of things that `names.Ctx` does not know by itself.
NAME_TEMPLATES = {
    "Mountain": ("Mount {Word}", "{Word} Peak", "{place} Horn", "the {Word}"),
    "Isle": ("{Word} Island", "{place}", "the Isle of {Word}"),
    "Castle": ("{place} Castle", "{Word} Castle", "Castle {Word}"),
    "Bridge": ("{Word} Bridge", "the {surname} Bridge", "{place} Bridge"),
    "Museum": ("the {place} Museum", "the {surname} Museum", "the {Word} Collection"),
    "School": ("{place} School", "{surname} College", "the {Word} Academy"),
    "Expedition": ("{surname} Expedition", "{Word} Expedition", "{place} Expedition"),
    "Club": ("{place} United", "{place} Rovers", "{Word} Athletic", "{place} Wanderers"),
    "Battle": ("Battle of {place}", "Battle of the {Word}", "Siege of {place}"),
    "Festival": ("{place} Festival", "{Word} Festival", "Festival of {place}"),
    "Line": ("{place} Line", "{Word} Line", "{surname} Railway"),
    "ruler": (
        "King {first} of {place}",
        "Queen {first} of {place}",
        "Prince {first} of {place}",
        "Duke {first} of {place}",
    ),
    "species": ("{colour} {word}", "{surname} {word}", "{adj} {word}"),
    "software": ("{Word}", "{Word}Pad", "Open{Word}", "{Word} Studio"),
    "band": ("The {cap:colour} {cap:noun}s", "The {Word}s", "The {cap:adj} {Word}s"),
    "pet": ("{Word}", "{first}", "Mister {Word}", "{cap:noun}"),
    "order": ("{code}",),
    "dish": ("{word} stew", "{word} pie", "{Word} soup", "{word} cake", "{place} bread"),
    "gadget": ("{word}", "{surname} {or:meter|lamp|valve|press|wheel|pump}", "{Word} {or:box|clip|drum|lever}"),
    "building": ("{surname} House", "the {Word} Tower", "{place} Hall", "the {surname} Building"),
    "project": ("{Word}", "{cap:noun}", "{cap:adj} {cap:animal}"),
    "tongue": ("{Word}", "{Word}i", "{Word}ish"),
    "experiment": ("{code}", "{int:2:90}"),
}


@dataclass(frozen=True)
class Attr:
    """One property of a kind. `says[0]` states the bare fact; `asks` are complete questions."""

    key: str
    label: str
    value: str
    says: tuple[str, ...]
    asks: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of thing. `pronoun` is it, she, they or he/she (by the sex of the person)."""

    name: str
    maker: str
    pronoun: str
    intros: tuple[str, ...]
    attrs: tuple[Attr, ...]


def _parse() -> tuple[Kind, ...]:
    kinds = []
    for block in _TEXT.strip().split("\n\n"):
        head, *rows = block.split("\n")
        name, maker, pronoun, intros = (cell.strip() for cell in head.split(" | "))
        attrs = []
        for row in rows:
            key, label, value, says, asks = (cell.strip() for cell in row.split(" | "))
            attrs.append(Attr(key, label, value, tuple(says.split(" ~ ")), tuple(asks.split(" ~ "))))
        kinds.append(Kind(name, maker, pronoun, tuple(intros.split(" ~ ")), tuple(attrs)))
    return tuple(kinds)


KINDS = _parse()
