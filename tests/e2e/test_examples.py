"""The examples, applied by mist-cli and called over HTTP as their READMEs say."""

from __future__ import annotations

import math

import pytest

from conftest import World
from world.api import Api

HELLO = ("hello-mist-scala", "hello-mist-java", "hello-mist-python")

# Messages of the master's own lines in the log of a job that went well, in this order.
STORY = (
    "InitializedEvent(externalId=Some(from-e2e))",
    "QueuedEvent",
    "Waiting worker connection",
    "WorkerAssigned(workerId=",
    "JobFileDownloadingEvent",
    "StartedEvent",
    "FinishedEvent",
)


def is_about_pi(value: float) -> bool:
    return abs(value - math.pi) < 0.4  # seven standard deviations of 1000 samples


def test_apply_deploys_every_example(world: World) -> None:
    for name, outcome in world.applied.items():
        assert outcome.exit_code == 0, f"{name}: {outcome}"


@pytest.mark.parametrize("function", HELLO)
def test_hello_mist_answers_pi(api: Api, function: str) -> None:
    result = api.call(function, {"samples": 1000})
    assert result["success"] and result["errors"] == [], result
    assert is_about_pi(result["payload"])


@pytest.mark.parametrize("function", HELLO)
def test_details_and_log_tell_the_story_of_a_job(api: Api, function: str) -> None:
    job_id = api.start(function, {"samples": 1000}, externalId="from-e2e")
    job = api.wait_for_status(job_id, "finished")
    assert set(job) == {
        "function", "jobId", "params", "context", "externalId", "source", "startTime", "endTime",
        "jobResult", "status", "workerId", "createTime",
    }  # fmt: skip
    assert job["function"] == function and job["jobId"] == job_id
    assert job["context"] == "hello-mist" and job["externalId"] == "from-e2e"
    assert job["params"]["arguments"] == {"samples": 1000} and job["params"]["action"] == "execute"
    assert job["createTime"] <= job["startTime"] <= job["endTime"]
    assert is_about_pi(job["jobResult"])
    log = api.wait_for_log(job_id, "FinishedEvent")
    places = [log.index(f"[{job_id}] {message}") for message in STORY]
    assert places == sorted(places), log


def test_the_function_s_own_lines_stand_between_start_and_end(api: Api) -> None:
    for function, line in (
        ("hello-mist-scala", "takes 1000 samples"),
        ("hello-mist-python", "taking 1000 samples"),
    ):
        job_id = api.start(function, {"samples": 1000})
        log = api.wait_for_log(job_id, "FinishedEvent")
        assert log.index("StartedEvent") < log.index(line) < log.index("FinishedEvent"), log


def test_functions_of_all_languages_share_one_driver(api: Api) -> None:
    workers = {api.wait_for_end(api.start(name))["workerId"] for name in HELLO}
    assert len(workers) == 1


def test_text_search_answers_the_lines_with_a_word(api: Api) -> None:
    arguments = {"lines": ["a red fox", "a dog"], "words": ["Fox"]}
    result = api.call("text-search", arguments, context="shared")
    assert result == {"success": True, "payload": ["a red fox"], "errors": []}


def test_text_search_refuses_a_call_without_words(api: Api) -> None:
    answer = api.try_call("text-search", {"lines": ["a dog"], "words": []}, force="true")
    assert answer.status == 400
    assert answer.text == (
        "Bad request:\njava.lang.IllegalArgumentException: "
        "Invalid value: Arg was rejected by validation rule :at least one word is needed"
    )


def test_word_count_counts_with_spark_sql(api: Api) -> None:
    result = api.call("word-count", {"top": 2}, context="shared")
    assert result["success"], result
    assert result["payload"][0] == {"word": "the", "occurrences": 15}
    assert len(result["payload"]) == 2


def test_sentiment_scores_texts(api: Api) -> None:
    texts = ["What a great day", "Not good"]
    result = api.call("sentiment", {"texts": texts}, context="shared")
    assert result["payload"] == [
        {"text": "What a great day", "score": 3, "label": "positive"},
        {"text": "Not good", "score": -2, "label": "negative"},
    ], result


def test_neural_net_learns(api: Api) -> None:
    result = api.call("neural-net", {"rows": 400}, context="shared")
    assert result["success"], result
    assert 0.8 < result["payload"]["accuracy"] <= 1.0
    assert result["payload"]["trainedOn"] + result["payload"]["testedOn"] == 400
