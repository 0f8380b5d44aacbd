"""Messages in other languages, answered by saying that the model speaks English."""

from __future__ import annotations

from .chat import GREETING, SYSTEMS
from .identity import ABOUT_ITSELF
from .names import Ctx
from .sample import Sample

# Messages of each language with the answer; the last entry collects languages in which there is none.
_LANGUAGES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        (
            "你好",
            "你是谁？",
            "你会说中文吗？",
            "请帮我写一封信。",
            "今天天气怎么样？",
            "法国的首都是哪里？",
            "谢谢",
            "请用中文回答。",
            "你能做什么？",
            "早上好",
            "帮我总结这段文字。",
            "什么是人工智能？",
            "你叫什么名字？",
            "请翻译这句话。",
            "再见",
            "我有一个问题。",
            "一加一等于几？",
            "给我讲个故事吧。",
            "这是什么意思？",
            "你好，请问你能帮我吗？",
            "这个文件说了什么？",
            "北京在哪里？",
        ),
        "抱歉，内置模型只会说英语。请用英语提问，或在 Hearth 中打开更大的模型。",
    ),
    (
        (
            "Hallo",
            "Wer bist du?",
            "Sprichst du Deutsch?",
            "Guten Morgen",
            "Wie heißt du?",
            "Kannst du mir helfen?",
            "Was ist die Hauptstadt von Frankreich?",
            "Danke schön",
            "Was kannst du?",
            "Bitte antworte auf Deutsch.",
            "Fasse diesen Text zusammen.",
            "Wie ist das Wetter heute?",
            "Erzähl mir eine Geschichte.",
        ),
        "Entschuldigung, das eingebaute Modell spricht nur Englisch. Bitte frage auf Englisch.",
    ),
    (
        (
            "Bonjour",
            "Qui es-tu ?",
            "Parlez-vous français ?",
            "Comment ça va ?",
            "Quelle est la capitale de l'Italie ?",
            "Pouvez-vous m'aider ?",
            "Merci beaucoup",
            "Quel temps fait-il ?",
            "Résume ce texte.",
            "Raconte-moi une histoire.",
            "Que peux-tu faire ?",
            "Répondez en français, s'il vous plaît.",
        ),
        "Désolé, le modèle intégré ne parle que l'anglais. Posez votre question en anglais, s'il vous plaît.",
    ),
    (
        (
            "Hola",
            "¿Quién eres?",
            "¿Hablas español?",
            "¿Cómo estás?",
            "¿Cuál es la capital de España?",
            "¿Puedes ayudarme?",
            "Muchas gracias",
            "¿Qué tiempo hace hoy?",
            "Resume este texto.",
            "Cuéntame una historia.",
            "¿Qué puedes hacer?",
            "Buenos días",
        ),
        "Lo siento, el modelo incorporado solo habla inglés. Por favor, pregunta en inglés.",
    ),
    (
        (
            "Ciao",
            "Chi sei?",
            "Parli italiano?",
            "Come stai?",
            "Qual è la capitale della Francia?",
            "Puoi aiutarmi?",
            "Grazie mille",
            "Che tempo fa oggi?",
            "Riassumi questo testo.",
            "Buongiorno",
            "Cosa sai fare?",
        ),
        "Mi dispiace, il modello integrato parla solo inglese. Per favore, scrivi in inglese.",
    ),
    (
        (
            "Olá",
            "Quem é você?",
            "Você fala português?",
            "Como vai?",
            "Qual é a capital do Brasil?",
            "Pode me ajudar?",
            "Muito obrigado",
            "Bom dia",
            "Resuma este texto.",
            "O que você pode fazer?",
        ),
        "Desculpe, o modelo integrado só fala inglês. Por favor, escreva em inglês.",
    ),
    (
        (
            "Привет",
            "Кто ты?",
            "Ты говоришь по-русски?",
            "Как дела?",
            "Какая столица Франции?",
            "Помоги мне, пожалуйста.",
            "Спасибо",
            "Доброе утро",
            "Что ты умеешь?",
            "Расскажи историю.",
        ),
        "Извините, встроенная модель говорит только по-английски. Пожалуйста, пишите по-английски.",
    ),
    (
        (
            "こんにちは",
            "あなたは誰ですか？",
            "日本語を話せますか？",
            "手伝ってください。",
            "フランスの首都はどこですか？",
            "ありがとう",
            "おはようございます",
            "何ができますか？",
            "この文章を要約してください。",
        ),
        "申し訳ありませんが、内蔵モデルは英語のみ対応しています。英語で質問してください。",
    ),
    (
        (
            "안녕하세요",
            "누구세요?",
            "한국어 할 줄 알아요?",
            "도와주세요.",
            "프랑스의 수도는 어디예요?",
            "감사합니다",
            "무엇을 할 수 있나요?",
            "오늘 날씨 어때요?",
        ),
        "죄송합니다. 내장 모델은 영어만 사용할 수 있습니다. 영어로 질문해 주세요.",
    ),
    (
        (
            "Hallo, wie ben jij?",
            "Spreek je Nederlands?",
            "Goedemorgen, kun je me helpen?",
            "Wat is de hoofdstad van België?",
            "Dank je wel",
            "Hoe gaat het met je?",
            "Cześć, kim jesteś?",
            "Czy mówisz po polsku?",
            "Merhaba, sen kimsin?",
            "Türkçe biliyor musun?",
            "مرحبا",
            "من أنت؟",
            "नमस्ते",
            "तुम कौन हो?",
            "Hej, vem är du?",
            "Talar du svenska?",
            "Γεια σου",
            "שלום",
            "สวัสดี",
            "Xin chào",
            "Halo, siapa kamu?",
        ),
        "Sorry, I speak English only. Please ask in English, or open a larger model in Hearth.",
    ),
)


def languages(ctx: Ctx) -> Sample:
    """A message in another language: the answer says, in that language where it can, that only English is spoken."""
    sample = Sample("languages")
    if ctx.chance(0.3):
        sample.system(ctx.pick(SYSTEMS))
    if ctx.chance(0.1):
        sample.turn(ctx.phrase(GREETING[0]), ctx.pick(GREETING[1]))
    asks, answer = _LANGUAGES[0] if ctx.chance(0.4) else ctx.pick(_LANGUAGES)
    message = ctx.phrase(asks)
    if ctx.chance(0.25):
        message = f"{message} {ctx.phrase(asks)}"
    sample.turn(message, answer)
    if ctx.chance(0.2):
        question, reply = ctx.pick(ABOUT_ITSELF)
        sample.turn(ctx.phrase(question), ctx.pick(reply))
    return sample
