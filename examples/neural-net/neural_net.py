"""Trains a small neural network to tell two half-moons apart, and tells how well it does."""

import math
import random
import time

from mistpy.decorators import arg, on_spark_session, with_args
from pyspark.ml.classification import MultilayerPerceptronClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.linalg import Vectors


def half_moons(rows, seed, noise=0.25):
    """Points of two half circles, each labelled with the one it belongs to."""
    draw = random.Random(seed)
    points = []
    for i in range(rows):
        moon, angle = i % 2, draw.uniform(0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        if moon == 1:
            x, y = 1 - x, 0.5 - y
        point = Vectors.dense(x + draw.gauss(0, noise), y + draw.gauss(0, noise))
        points.append((float(moon), point))
    return points


@with_args(
    arg("rows", type_hint=int, default=600),
    arg("hidden", type_hint=int, default=8),
    arg("iterations", type_hint=int, default=60),
    arg("seed", type_hint=int, default=42),
)
@on_spark_session
def neural_net(spark, rows, hidden, iterations, seed):
    if rows < 20 or hidden < 1 or iterations < 1:
        raise ValueError("rows must be at least 20, hidden and iterations at least 1")
    data = spark.createDataFrame(half_moons(rows, seed), ["label", "features"]).coalesce(1)
    train, test = data.randomSplit([0.7, 0.3], seed)
    train.cache()
    started = time.monotonic()
    classifier = MultilayerPerceptronClassifier(
        layers=[2, hidden, 2], maxIter=iterations, blockSize=64, seed=seed
    )
    model = classifier.fit(train)
    seconds = time.monotonic() - started
    accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(
        model.transform(test)
    )
    result = {
        "accuracy": accuracy,
        "trainedOn": train.count(),
        "testedOn": test.count(),
        "seconds": round(seconds, 3),
    }
    train.unpersist()
    return result
