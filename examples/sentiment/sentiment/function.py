"""The function that Mist calls."""

from mistpy.decorators import arg, list_type, on_spark_context, with_args

from sentiment.scoring import label, load_lexicon, score


@with_args(arg("texts", type_hint=list_type(str)))
@on_spark_context
def sentiment(sc, texts):
    lexicon = sc.broadcast(load_lexicon())
    points = sc.parallelize(texts).map(lambda text: score(text, lexicon.value)).collect()
    return [
        {"text": text, "score": point, "label": label(point)} for text, point in zip(texts, points)
    ]
