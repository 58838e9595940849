"""The judges print one JSON object last, with the baselines beside the figure."""

import json

from ml.evaluate.__main__ import main
from tests.ml.test_projects import CHAIN_AND_TWO


def test_an_unknown_task_lists_the_tasks_there_are(capsys):
    assert main(["horoscope"]) == 2

    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["Tasks:", "assign", "schedule"]


def test_schedules_are_judged_against_the_best_known(tmp_path, capsys):
    (tmp_path / "j3").mkdir()
    (tmp_path / "j3" / "one.sm").write_text(CHAIN_AND_TWO)
    (tmp_path / "j3" / "two.sm").write_text(CHAIN_AND_TWO)
    (tmp_path / "best_known.csv").write_text(
        "set,instance,lower_bound,best_known\nj3,one.sm,7,7\nj3,two.sm,5,5\nj3,gone.sm,5,5\n"
    )

    assert main(["schedule", "--data", str(tmp_path), "--seconds", "0.05"]) == 0

    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["above_best_pct"] == found["sets"]["j3"] == 20.0
    assert found["baselines"] == {"serial_lft": 20.0, "serial_lft_j3": 20.0}
    assert found["rows"] == 2
    assert found["seconds"] >= 0


def test_a_sample_takes_so_many_of_each_set(tmp_path, capsys):
    for name in ("one.sm", "two.sm", "three.sm"):
        (tmp_path / name).write_text(CHAIN_AND_TWO)
    (tmp_path / "best_known.csv").write_text(
        "set,instance,lower_bound,best_known\n"
        + "".join(f"j3,{name}.sm,7,7\n" for name in ("one", "two", "three"))
    )

    main(["schedule", "--data", str(tmp_path), "--seconds", "0.05", "--sample", "2"])

    assert json.loads(capsys.readouterr().out)["rows"] == 2


def test_a_folder_without_instances_is_said_to_be(tmp_path, capsys):
    assert main(["schedule", "--data", str(tmp_path)]) == 1

    assert "no instance" in capsys.readouterr().err


def test_plans_are_judged_against_greedy(capsys):
    assert main(["assign", "--seed", "5", "--count", "1", "--seconds", "0.3"]) == 0

    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert 0 <= found["tardiness_ratio"] <= 1
    assert found["baselines"]["greedy"] == 1.0
    assert set(found["baselines"]) == {"greedy", "latest_start", "earliest_due"}
    assert found["rows"] == 77
