"""Everyday documents: minutes, letters, logs, notices, recipes, reports, messages. Format of `_TEXT`:

`genre | title ~ title …`, then one statement a line: `sentence ~ sentence … | question ~ question … | answer`.
`{t=time}` draws a value once for the document and names it; `{t}` repeats it. Statements are kept in order, some are
left out, and only statements with a question can be asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .ask import Reading, bare, missing, quote, quoted
from .names import Ctx, article, capital
from .sample import Sample

_TEXT = """
minutes | Minutes of the meeting of {d=date} ~ Meeting notes, {d=date} ~ {g=Word} Committee, minutes of {d=date}
Present: {a=person}, {b=person}, {c=person}. Chair: {h=person}. | Who chaired the meeting? ~ Who was in the chair? | {h}
The meeting began at {t=time} in the {r=room}. ~ {h} opened the meeting at {t=time} in the {r=room}. | When did the meeting begin? ~ At what time was the meeting opened? | {t}
The meeting took place in the {r}. ~ Place: the {r}. | Where did the meeting take place? ~ In which room was the meeting held? | the {r}
{a} reported on {x=topic}. The work will cost {m=money}. ~ Item 1. {a} spoke about {x=topic}; the cost is put at {m=money}. | What will the work on {x} cost? ~ How much will the work reported by {a} cost? | {m}
Item 1 was presented by {a}. ~ {a} had prepared the first item. | Who presented the first item? ~ Who presented item 1? | {a}
{b} will write to the {f=firm} before {e=day}. ~ It was agreed that {b} writes to {f=firm} before {e=day}. | Who will write to {f}? ~ Who has to write to {f}? | {b}
The letter must be sent by {e}. ~ {b} has until {e} to send the letter. | By when must the letter be sent? ~ Until when does {b} have time to send the letter? | {e}
{c} asked for volunteers for {y=topic}; {n=int:2:19} people came forward. ~ For {y=topic}, {c} found {n=int:2:19} volunteers. | How many volunteers did {c} find? ~ How many people came forward? | {n}
The proposal about {z=topic} was rejected with {v=int:3:30} votes against {w=int:0:2}. ~ A vote was taken on {z=topic}. It was rejected by {v=int:3:30} votes. | How many votes were cast against the proposal about {z}? ~ By how many votes was the proposal about {z} rejected? | {v}
The next meeting is on {k=weekday}, {j=day}. ~ Next meeting: {k=weekday}, {j=day}. | When is the next meeting? ~ On what date is the next meeting? | {k}, {j}
The meeting closed at {u=time}. ~ {h} closed the meeting at {u=time}. | When did the meeting close? ~ At what time did the meeting end? | {u}

letter | Dear {to=first}, ~ Dear {to=surname} family, ~ My dear {to=first},
Thank you for your letter of {d=day}. ~ Your letter of {d=day} reached me on {k=weekday}. | What is the date of the letter that is answered here? ~ Which date did the earlier letter have? | {d}
We have moved to {p=place}, to a small house with {a:c=colour} shutters. ~ Since last month we live in {p=place}, in a house with {a:c=colour} door. | Where does the writer live now? ~ To which place has the writer moved? ~ Where has the family moved? | {p}
The move took {n=int:2:12} days. ~ It took us {n=int:2:12} days to unpack. | How many days did it take? ~ How long did the move or the unpacking take? | {n} days
{f=first} has found work as {a:j=job}. ~ {f=first} now works as {a:j=job} and likes it. | What does {f} work as? ~ What is the job of {f}? | {j}
Our neighbour, {h=person}, keeps {m=int:2:40} hens. ~ {h=person} next door sold us {m=int:2:40} eggs. | What is the name of the neighbour? ~ Who is the neighbour? | {h}
The rent is {r=money} a month. ~ We pay {r=money} each month. | How much is the rent? ~ What does the family pay each month? | {r}
On {b=day} we shall visit {q=place}. ~ We are going to {q=place} on {b=day}. | Where will the family go on {b}? ~ Which place will they visit? | {q}
Please bring the {o=object} that I left in your {z=room}. ~ I think I left my {o=object} in your {z=room}. | What did the writer leave behind? ~ What did the writer forget? | {o}
It is in the {z}, I believe. ~ You should find it in the {z}. | Where is the {o} of the writer? ~ Where did the writer leave the {o}? | the {z}
The train arrives at {t=time}. ~ There is a train that arrives at {t=time}. | When does the train arrive? ~ At what time does the train arrive? | {t}
With love, {s=first} ~ Yours, {s=first} ~ Best wishes, {s=first} | Who wrote the letter? ~ Who signed the letter? ~ From whom is the letter? | {s}

log | Log of the {v=ship}, {d=date} ~ Station log, {p=place}, {d=date} ~ Ship's diary, {d=date}
{a=int:1:5}:{x=int:10:59} Wind from the {w=direction}, force {f=int:2:9}. ~ {a=int:1:5}:{x=int:10:59} Wind {w=direction}, {f=int:2:9}. | From which direction did the wind blow? ~ What was the direction of the wind? | {w}
The wind was of force {f}. ~ Force {f} all morning. | What was the force of the wind? ~ How strong was the wind? | {f}
6:{b=int:10:59} Temperature {t=int:1:29} degrees. ~ 6:{b=int:10:59} Air {t=int:1:29} degrees, cloudy. | What was the temperature? ~ How warm was it? | {t} degrees
8:{c=int:10:59} Saw {n=int:2:60} {an=or:seals|whales|geese|icebergs|gulls|dolphins|swans|fishing boats}. ~ 8:{c=int:10:59} Counted {n=int:2:60} {an=or:seals|whales|geese|icebergs|gulls|dolphins|swans|fishing boats}. | What was seen at 8:{c}? ~ What did they see at 8:{c}? | {n} {an}
10:{e=int:10:59} {m=person} repaired the {o=or:pump|radio|mast|engine|compass|rudder|heater|antenna|generator|lamp}. ~ 10:{e=int:10:59} The {o=or:pump|radio|mast|engine|compass|rudder|heater|antenna|generator|lamp} was repaired by {m=person}. | Who repaired the {o}? ~ By whom was the {o} repaired? | {m}
The {o} had failed because of {z=cause}. ~ Reason for the damage to the {o}: {z=cause}. | Why did the {o} fail? ~ What was the reason for the damage? | {z}
12:{g=int:10:59} Depth {h=int:9:4000} metres. ~ 12:{g=int:10:59} Sounding: {h=int:9:4000} metres. | What depth was measured? ~ How deep was it at 12:{g}? | {h} metres
15:{i=int:10:59} Fuel left: {l=int:90:9000} litres. ~ 15:{i=int:10:59} {l=int:90:9000} litres of fuel left. | How much fuel was left? ~ How many litres of fuel were left? | {l} litres
18:{k=int:10:59} Radio contact with {q=place}. ~ 18:{k=int:10:59} Spoke with {q=place} by radio. | With which place was there radio contact? ~ Who was reached by radio? | {q}
20:{r=int:10:59} Anchored off {y=place}. ~ 20:{r=int:10:59} Stopped for the night near {y=place}. | Where did they stop in the evening? ~ Where did the day end? | {y}
Signed: {s=person}. ~ Written by {s=person}. | Who signed the log? ~ Who wrote the log? | {s}

notice | Notice to all residents ~ Notice ~ To everyone in {b=Word} House
The water will be turned off on {d=day} from {t=time}. ~ On {d=day} there will be no water from {t=time}. | On which day will there be no water? ~ When will the water be turned off? | {d}
It starts at {t}. ~ Work begins at {t}. | At what time does it start? ~ When does the work begin? | {t}
The work will take {n=int:2:9} hours. ~ We expect it to last {n=int:2:9} hours. | How long will the work take? ~ How many hours will it last? | {n} hours
The reason is {z=cause} on floor {f=int:2:30}. ~ This is because of {z=cause} on floor {f=int:2:30}. | On which floor is the problem? ~ Which floor has the problem? | floor {f}
Water can be fetched in the {r=room}. ~ Buckets of water stand in the {r=room}. | Where can water be fetched? ~ Where can people get water? | the {r}
Questions: call {p=person} at {h=phone}. ~ If you have questions, ask {p=person}, telephone {h=phone}. | Who answers questions? ~ Whom can people call? | {p}
The number is {h}. ~ Call {h} between 9 and 12. | What number should one call? ~ What is the telephone number? | {h}
The work is done by {c=firm}. ~ {c=firm} will do the work. | Which company does the work? ~ Who will do the work? | {c}
Please move bicycles out of the {y=room} by {k=weekday}. ~ The {y=room} must be empty by {k=weekday}. | What must be done by {k}, and where? ~ From where must bicycles be moved? ~ Which room must be empty? | the {y}

recipe | {x=Word} cake ~ {x=Word} soup ~ {x=Word} bread
For {n=int:2:12} people. ~ Serves {n=int:2:12}. | How many people is it for? ~ For how many people is the recipe? | {n}
You need {a=int:100:900} grams of {f=or:flour|rice|oats|lentils|potatoes|pumpkin|carrots}, {b=int:2:9} eggs and {s=int:1:6} spoons of {g=or:sugar|honey|oil|butter|salt}. ~ Take {a=int:100:900} grams of {f=or:flour|rice|oats|lentils|potatoes|pumpkin|carrots}, {b=int:2:9} eggs and {s=int:1:6} spoons of {g=or:sugar|honey|oil|butter|salt}. | How much {f} is needed? ~ What amount of {f} do I need? | {a} grams
Beat the {b} eggs first. ~ Start by beating the {b} eggs. | How many eggs are needed? ~ How many eggs do I need? | {b}
Add the {g}, {s} spoons in all. ~ Stir in the {g}: {s} spoons. | How many spoons of {g} are used? ~ How much {g} is used? | {s} spoons
Bake for {t=int:12:95} minutes at {h=int:120:250} degrees. ~ Leave it in the oven at {h=int:120:250} degrees for {t=int:12:95} minutes. | How long does it bake? ~ For how many minutes is it baked? | {t} minutes
The oven must be at {h} degrees. ~ Do not go above {h} degrees. | How hot must the oven be? ~ At what temperature is it baked? | {h} degrees
Let it rest for {r=int:5:60} minutes before cutting. ~ Wait {r=int:5:60} minutes before you cut it. | How long should it rest? ~ How long must one wait before cutting it? | {r} minutes
Serve with {w=or:cream|yoghurt|pickles|cheese|apple sauce|mint|fresh bread|salad}. ~ It goes well with {w=or:cream|yoghurt|pickles|cheese|apple sauce|mint|fresh bread|salad}. | What is it served with? ~ What goes well with it? | {w}
It keeps for {k=int:2:9} days in a {c=or:cool|dry|dark} place. ~ You can keep it for {k=int:2:9} days. | How long does it keep? ~ For how many days can it be kept? | {k} days
This recipe comes from {p=person} of {q=place}. ~ {p=person} from {q=place} gave me this recipe. | From whom does the recipe come? ~ Who gave the recipe? | {p}

incident | Incident report {i=code} ~ Report on the failure of {d=date} ~ Fault report {i=code}
On {d=date} at {t=time} the {s=or:mail server|payment system|cooling pump|main gate|ticket machine|north lift|database|conveyor belt|fire alarm|back-up generator} stopped working. ~ At {t=time} on {d=date} the {s=or:mail server|payment system|cooling pump|main gate|ticket machine|north lift|database|conveyor belt|fire alarm|back-up generator} failed. | What stopped working? ~ What failed? | the {s}
The first to notice was {a=person}. ~ It was noticed first by {a=person}. | Who noticed the failure first? ~ Who was the first to notice? | {a}
The failure began at {t}. ~ The clock in the log showed {t}. | When did the failure begin? ~ At what time did it fail? | {t}
The cause was {z=cause}. ~ It turned out that {z=cause} was the cause. | What was the cause? ~ What caused the failure? | {z}
{n=int:3:9000} {u=or:customers|visitors|passengers|users|parcels|messages} were affected. ~ It affected {n=int:3:9000} {u=or:customers|visitors|passengers|users|parcels|messages}. | How many {u} were affected? ~ What was the number of {u} affected? | {n}
{b=person} replaced part {c=code}. ~ Part {c=code} was replaced by {b=person}. | Which part was replaced? ~ What is the number of the part that was replaced? | {c}
The repair was done by {b}. ~ {b} was called in for the repair. | Who did the repair? ~ Who replaced the part? | {b}
The system was running again after {m=int:8:600} minutes. ~ After {m=int:8:600} minutes everything was running again. | How long did it take until everything was running again? ~ After how many minutes was the system running again? | {m} minutes
The damage is put at {y=money}. ~ The loss comes to {y=money}. | How high is the damage? ~ How much was lost? | {y}
To prevent this, the {o=or:filter|cable|sensor|battery|certificate|seal|fuse|valve} will be checked every {k=weekday}. ~ From now on the {o=or:filter|cable|sensor|battery|certificate|seal|fuse|valve} is checked every {k=weekday}. | What will be checked from now on? ~ What is going to be checked to prevent this? | the {o}
The check takes place every {k}. ~ {k} was chosen because traffic is low. | On which day does the check take place? ~ When is the check? | {k}

mail | Subject: {x=or:Delivery|Invoice|Visit|Training|Room booking|Travel plan|Interview|Project} {c=code} ~ Subject: {x=or:Delivery|Invoice|Visit|Training|Room booking|Travel plan|Interview|Project}
From: {a=person} <{e=email}> ~ From: {a=person}, {e=email} | Who sent the message? ~ From whom is the message? | {a}
The sender's address is {e}. ~ Reply to {e}. | What is the e-mail address of the sender? ~ Which address should one reply to? | {e}
Hello {b=first}, the visit is planned for {d=date}. ~ Dear {b=first}, the date is fixed: {d=date}. | For which date is it planned? ~ What date is fixed? | {d}
We start at {t=time}. ~ Please be there at {t=time}. | When does it start? ~ At what time should one be there? | {t}
The place is room {r=int:2:900} of {h=Word} House. ~ We meet in room {r=int:2:900} of {h=Word} House. | In which room do they meet? ~ Which room is it? | room {r}
Invoice number {i=code} over {m=money} is attached. ~ Attached is invoice {i=code} for {m=money}. | What is the amount of the invoice? ~ How much is the invoice? | {m}
The invoice has the number {i}. ~ Please give the number {i} when paying. | What is the invoice number? ~ What number does the invoice have? | {i}
Please pay by {p=day}. ~ Payment is due on {p=day}. | By when must it be paid? ~ When is payment due? | {p}
{f=person} will bring the {o=object}. ~ The {o=object} will be brought by {f=person}. | Who will bring the {o}? ~ Who brings the {o}? | {f}
The password for the network is {w=code}. ~ Network password: {w=code} | What is the password for the network? ~ What is the network password? | {w}
The hotel is the {y=Word} Hotel in {q=place}. ~ You will stay at the {y=Word} Hotel in {q=place}. | Which hotel is it? ~ What is the name of the hotel? | the {y} Hotel
Parking is behind the {z=or:station|church|library|market|museum|school|bakery|post office}. ~ You can park behind the {z=or:station|church|library|market|museum|school|bakery|post office}. | Where can one park? ~ Where is the parking? | behind the {z}

report | Annual report of {f=firm} ~ {f=firm}: the year {y=year:1990:2024} ~ Report of the board of {f=firm}
In {y=year:1990:2024} sales rose to {s=int:2:900} million {c=or:euros|dollars|pounds|crowns}. ~ Sales in {y=year:1990:2024} were {s=int:2:900} million {c=or:euros|dollars|pounds|crowns}. | How high were sales? ~ What were the sales of {f}? | {s} million {c}
This is {p=pct} more than the year before. ~ Compared with the year before, this is a rise of {p=pct}. | By how much did sales rise? ~ How large was the rise in sales? | {p}
The best product was {b=goods}. ~ Nothing sold better than {b=goods}. | What was the best product? ~ Which product sold best? | {b}
The profit was {m=money}. ~ After taxes, {m=money} of profit were left. | What was the profit? ~ How high was the profit? | {m}
A new {w=or:factory|warehouse|laboratory|shop|office} was opened in {q=place}. ~ In {q=place} the company opened a new {w=or:factory|warehouse|laboratory|shop|office}. | Where was the new {w} opened? ~ In which place was the new {w} opened? | {q}
{h=person} joined the board. ~ A new member of the board is {h=person}. | Who joined the board? ~ Who is the new member of the board? | {h}
{l=person} left after {n=int:3:40} years. ~ After {n=int:3:40} years {l=person} left the company. | Who left the company? ~ Who left after {n} years? | {l}
The number of employees fell to {e=int:20:9000}. ~ At the end of the year {e=int:20:9000} people worked for the company. | How many employees were there at the end? ~ How many people worked for the company? | {e}
The main problem was {z=cause}. ~ Business suffered from {z=cause}. | What was the main problem? ~ What did business suffer from? | {z}
For next year {g=int:2:60} new {o=goods} are planned. ~ Next year the company plans to offer {g=int:2:60} new {o=goods}. | How many new {o} are planned? ~ How many new {o} will there be next year? | {g}
The meeting of owners is on {d=day} in {v=place}. ~ Owners will meet in {v=place} on {d=day}. | Where will the owners meet? ~ In which place is the meeting of owners? | {v}

manual | Using the {x=model} ~ {x=model}: short instructions ~ Instructions for the {x=model}
To switch it on, press the {c=colour} button for {n=int:2:9} seconds. ~ Hold the {c=colour} button for {n=int:2:9} seconds to start. | Which button switches it on? ~ What colour is the button that starts it? | the {c} button
Press it for {n} seconds. ~ It takes {n} seconds. | How long must the button be pressed? ~ For how many seconds must one press? | {n} seconds
The battery lasts {b=int:3:90} hours. ~ With a full battery it runs for {b=int:3:90} hours. | How long does the battery last? ~ How many hours does the battery last? | {b} hours
Charging takes {h=int:20:300} minutes. ~ It is charged in {h=int:20:300} minutes. | How long does charging take? ~ How many minutes does charging take? | {h} minutes
If the light blinks {l=int:2:9} times, the reason is {z=cause}. ~ {l=int:2:9} blinks mean: {z=cause}. | What does it mean when the light blinks {l} times? ~ What do {l} blinks mean? | {z}
Clean the {f=or:filter|lens|tank|brush|blade|screen} with {w=or:warm water|a dry cloth|vinegar|a soft brush|alcohol|soap}. ~ The {f=or:filter|lens|tank|brush|blade|screen} is cleaned with {w=or:warm water|a dry cloth|vinegar|a soft brush|alcohol|soap}. | How is the {f} cleaned? ~ With what should the {f} be cleaned? | with {w}
Do this every {m=int:2:12} weeks. ~ Cleaning is needed every {m=int:2:12} weeks. | How often must it be cleaned? ~ How often is cleaning needed? | every {m} weeks
Do not use it below {t=int:1:9} degrees. ~ It must not get colder than {t=int:1:9} degrees. | Below which temperature must it not be used? ~ How cold may it get? | {t} degrees
The factory code is {k=code}. ~ The code set at the factory is {k=code}. | What is the factory code? ~ Which code is set at the factory? | {k}
Spare parts are sold by {s=firm}. ~ Order spare parts from {s=firm}. | Who sells spare parts? ~ From whom can spare parts be ordered? | {s}
The help line is {p=phone}. ~ For help call {p=phone}. | What is the number of the help line? ~ Which number should one call for help? | {p}

story | The {o=object} in the {r=room} ~ A day in {p=place} ~ {a=first} and the {o=object}
{a=first} lived in {p=place} with {b=or:an aunt|a brother|two cousins|a grandmother|a sister|an old friend}. ~ In {p=place} there lived a child named {a=first}, together with {b=or:an aunt|a brother|two cousins|a grandmother|a sister|an old friend}. | Where did {a} live? ~ In which place did {a} live? | {p}
{a} shared the house with {b}. ~ Every evening {a} cooked for {b}. | With whom did {a} live? ~ Who lived with {a}? | {b}
One {k=weekday} {a} found {a:c=colour} {o=object} in the {r=room}. ~ On {k=weekday}, in the {r=room}, {a} found {a:c=colour} {o=object}. | What did {a} find? ~ What was found in the {r}? | {a:c} {o}
It lay in the {r}, behind a box. ~ It had been in the {r} for years. | Where was the {o} found? ~ Where did {a} find the {o}? | in the {r}
It belonged to {h=person}, the {j=job}. ~ On it was the name of {h=person}, the {j=job}. | To whom did the {o} belong? ~ Whose {o} was it? | {h}
{h} was the {j} of the place. ~ Everybody knew {h}, the {j}. | What was the job of {h}? ~ What did {h} work as? | {j}
{a} walked for {n=int:2:9} hours to give it back. ~ To give it back, {a} walked {n=int:2:9} hours through the {w=or:rain|snow|fog|heat|wind}. | How long did {a} walk? ~ For how many hours did {a} walk? | {n} hours
On the way {a} met {a:y=animal}. ~ On the way {a:y=animal} followed {a}. | What did {a} meet on the way? ~ Which animal was on the way? | {a:y}
{h} was happy and gave {a} {m=int:2:40} {g=or:apples|coins|plums|stamps|nuts|cakes}. ~ As thanks {a} received {m=int:2:40} {g=or:apples|coins|plums|stamps|nuts|cakes}. | What did {a} receive as thanks? ~ What was the reward? | {m} {g}
{a} came home at {t=time}, tired and content. ~ It was {t=time} when {a} came home. | When did {a} come home? ~ At what time was {a} home again? | {t}
After that, {a} wanted to become {a:z=job}. ~ From that day on {a} dreamed of being {a:z=job}. | What did {a} want to become? ~ What did {a} dream of being? | {z}

ad | For sale ~ Small advertisement ~ To rent in {p=place}
A house with {n=int:2:14} rooms in {p=place} is offered. ~ We offer a house with {n=int:2:14} rooms in {p=place}. | How many rooms does the house have? ~ How many rooms are there? | {n}
It stands in {p}. ~ The house is in {p}, near the church. | Where is the house? ~ In which place is the house? | {p}
The price is {m=money}. ~ We ask {m=money}. | What is the price? ~ How much does it cost? | {m}
It was built in {y=year:1700:2015} and has {a:c=colour} roof. ~ Year of building: {y=year:1700:2015}. The roof is {c=colour}. | When was it built? ~ In which year was the house built? | {y}
The roof is {c}. ~ From afar one sees the {c} roof. | What colour is the roof? ~ Which colour is the roof? | {c}
The garden measures {g=int:90:9000} square metres. ~ There is a garden of {g=int:90:9000} square metres. | How large is the garden? ~ What is the size of the garden? | {g} square metres
In the garden stands an old {t=or:walnut tree|apple tree|well|pear tree|lime tree|barn|greenhouse|statue}. ~ An old {t=or:walnut tree|apple tree|well|pear tree|lime tree|barn|greenhouse|statue} belongs to it. | What stands in the garden? ~ What old thing belongs to the garden? | an old {t}
The station is {k=int:3:40} minutes away on foot. ~ One walks {k=int:3:40} minutes to the station. | How long does it take to walk to the station? ~ How far is the station on foot? | {k} minutes
It can be seen on {w=weekday}s. ~ Visits are possible on {w=weekday}s. | On which day can it be seen? ~ When are visits possible? | on {w}s
Write to {h=person}, {e=email}. ~ Contact: {h=person}, {e=email}. | Whom should one contact? ~ Who is the contact? | {h}
The address is {e}. ~ Answers go to {e}. | What is the e-mail address? ~ To which address should answers go? | {e}

travel | Travel plan ~ Journey to {p=place} ~ Trip in {q=month}
We leave {a=place} on {d=day} at {t=time}. ~ Departure from {a=place}: {d=day}, {t=time}. | From where do they leave? ~ Where does the journey start? | {a}
The date of departure is {d}. ~ Keep {d} free. | When do they leave? ~ On what date is the departure? | {d}
Flight number: {f=code}. ~ We take flight {f=code}. | What is the flight number? ~ Which flight do they take? | {f}
The seats are {n=int:2:40}{x=or:A|B|C|D|E|F} and {m=int:2:40}{y=or:A|B|C|D|E|F}. ~ Seats {n=int:2:40}{x=or:A|B|C|D|E|F} and {m=int:2:40}{y=or:A|B|C|D|E|F} are reserved. | Which seats are reserved? ~ What are the seat numbers? | {n}{x} and {m}{y}
In {p=place} we stay at the {h=Word} Inn for {k=int:2:12} nights. ~ Hotel in {p=place}: {h=Word} Inn, {k=int:2:12} nights. | How many nights do they stay? ~ For how many nights is the hotel booked? | {k}
The hotel is called the {h} Inn. ~ Bookings at the {h} Inn are paid in advance. | What is the hotel called? ~ Which hotel do they stay at? | the {h} Inn
On {w=weekday} we visit the {z=Word} Museum. ~ {w=weekday}: a visit to the {z=Word} Museum. | Which museum do they visit? ~ What do they visit on {w}? | the {z} Museum
Guide: {g=person}, telephone {o=phone}. ~ Our guide is {g=person} ({o=phone}). | Who is the guide? ~ What is the name of the guide? | {g}
A ticket costs {c=money}. ~ Tickets are {c=money} each. | How much is a ticket? ~ What does a ticket cost? | {c}
Take {b=or:warm coats|good boots|swimming things|a torch|rain jackets|sunglasses|a picnic|a map} with you. ~ Do not forget {b=or:warm coats|good boots|swimming things|a torch|rain jackets|sunglasses|a picnic|a map}. | What should they take? ~ What must not be forgotten? | {b}
We are back on {e=day}. ~ Return: {e=day}. | When do they come back? ~ On what date do they return? | {e}
"""


@dataclass(frozen=True)
class _Statement:
    says: tuple[str, ...]
    asks: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class _Genre:
    name: str
    titles: tuple[str, ...]
    statements: tuple[_Statement, ...]


@dataclass(frozen=True)
class Told:
    """A statement of a document that can be asked about."""

    text: str
    questions: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Paper:
    """A written document: its text, what can be asked, and questions that it leaves open."""

    genre: str
    title: str
    text: str
    told: list[Told]
    open_questions: list[str]


def _parse() -> tuple[_Genre, ...]:
    genres = []
    for block in _TEXT.strip().split("\n\n"):
        head, *rows = block.split("\n")
        name, titles = head.split(" | ")
        statements = []
        for row in rows:
            says, asks, answer = row.split(" | ")
            statements.append(_Statement(tuple(says.split(" ~ ")), tuple(asks.split(" ~ ")), answer))
        genres.append(_Genre(name, tuple(titles.split(" ~ ")), tuple(statements)))
    return tuple(genres)


GENRES = _parse()
_SLOT = re.compile(r"\{(a:)?([A-Za-z]+)(?:=([^{}]+))?\}")


class Slots:
    """The values of one document, drawn when first named; no value is drawn twice."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self.values: dict[str, str] = {}

    def fill(self, template: str) -> str:
        return _SLOT.sub(self._one, template)

    def known(self, template: str) -> bool:
        """True if the template draws nothing new by its bare names."""
        return all(match.group(3) or match.group(2) in self.values for match in _SLOT.finditer(template))

    def _one(self, match: re.Match[str]) -> str:
        with_article, name, maker = match.groups()
        if maker is not None and name not in self.values:
            for _ in range(20):
                value = self._ctx.fill("{" + maker + "}")
                if value not in self.values.values():
                    break
            self.values[name] = value
        value = self.values[name]
        return article(value) if with_article else value


def write(ctx: Ctx, genre: _Genre | None = None, share: float | None = None) -> Paper:
    """Writes a document; `share` of its statements are kept."""
    genre = genre or ctx.pick(GENRES)
    share = ctx.rng.uniform(0.4, 0.95) if share is None else share
    slots = Slots(ctx)
    title = slots.fill(ctx.pick(genre.titles))
    lines: list[str] = []
    told: list[Told] = []
    left_out: list[_Statement] = []
    for statement in genre.statements:
        says = ctx.pick(statement.says)
        if not slots.known(says) or (not ctx.chance(share) and lines):
            left_out.append(statement)
            continue
        text = capital(slots.fill(says)).replace("..", ".")
        lines.append(text)
        asks = tuple(slots.fill(q) for q in statement.asks if slots.known(q))
        if asks and slots.known(statement.answer):
            told.append(Told(text, asks, slots.fill(statement.answer)))
    apart = genre.name in ("log", "minutes", "mail", "travel") and ctx.chance(0.7)
    body = "\n".join(lines) if apart else " ".join(lines)
    open_questions = []
    for statement in left_out:
        if slots.known(statement.answer):
            continue  # another statement may have told it
        open_questions += [slots.fill(q) for q in statement.asks if slots.known(q) and "=" not in q]
    return Paper(genre.name, title, f"{title}\n\n{body}" if ctx.chance(0.8) else body, told, open_questions)


def _turn(ctx: Ctx, reading: Reading, told: Told) -> None:
    question = ctx.phrase(told.questions)
    roll = ctx.rng.random()
    if roll < 0.85:
        reading.turn(bare(ctx, question, reading.noun), told.answer)
    else:
        reading.turn(quote(ctx, question, reading.noun), quoted(told.text, reading.noun))


def papers(ctx: Ctx) -> Sample:
    """Questions about one to three everyday documents."""
    count = ctx.weighted(((1, 0.7), (2, 0.2), (3, 0.1)))
    genres = ctx.some(GENRES, count)
    written = [write(ctx, genre) for genre in genres]
    reading = Reading(ctx, "papers", [paper.text for paper in written])
    asked = [(paper, told) for paper in written for told in paper.told]
    chosen = ctx.some(asked, ctx.integer(1, 5) if count == 1 else ctx.integer(1, 4))
    for index, (paper, told) in enumerate(chosen):
        if count == 1 and index and paper.open_questions and ctx.chance(0.15):
            reading.turn(bare(ctx, ctx.pick(paper.open_questions), reading.noun), missing(reading.noun))
        _turn(
            ctx,
            reading,
            told
            if count == 1
            else Told(told.text, tuple(f"In the {_NOUN[paper.genre]}: {q}" for q in told.questions), told.answer),
        )
    return reading.sample


_NOUN = {
    "minutes": "minutes", "letter": "letter", "log": "log", "notice": "notice", "recipe": "recipe",
    "incident": "incident report", "mail": "e-mail", "report": "annual report", "manual": "instructions",
    "story": "story", "ad": "advertisement", "travel": "travel plan",
}  # fmt: skip
