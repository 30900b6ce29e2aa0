"""Files find their partners by name, and folders that do not pair say so."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.evaluation.pairs.pairing import PairFiles, find_pairs, pair_key

WORDS = ("mask", "road", "roads", "graph", "gt", "truth", "pred", "prediction", "output", "refine", "dense")


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("region_8_output_graph.p", "region_8"),
        ("region_8_graph_gt.pickle", "region_8"),
        ("18028870_15_mask.png", "18028870_15"),
        ("18028870_15.gpkg", "18028870_15"),
        ("crop_1.gpkg", "crop_1"),
        ("crop_10-Pred.geojson", "crop_10"),
        ("broadway.gpkg", "broadway"),
        ("gt.p", "gt"),
        ("_mask.png", "_mask"),
    ],
)
def test_a_key_is_the_stem_without_words_for_the_kind_of_file(name: str, key: str) -> None:
    assert pair_key(Path(name)) == key


@given(st.from_regex(r"[a-z0-9]{1,8}_[0-9]{1,4}", fullmatch=True), st.lists(st.sampled_from(WORDS)))
def test_any_number_of_words_leads_to_the_same_key(stem: str, words: list[str]) -> None:
    assert pair_key(Path("_".join([stem, *words]) + ".p")) == stem


def test_two_files_are_a_pair_named_after_the_prediction(tmp_path: Path) -> None:
    fill(tmp_path, "prop.p", "gt.gpkg", "place.tif", "clear.png")
    predicted, truth, image, valid = (tmp_path / n for n in ("prop.p", "gt.gpkg", "place.tif", "clear.png"))
    pairs = find_pairs(predicted, truth, image=image, valid=valid)
    assert pairs == [PairFiles("prop", predicted, truth, image, valid)]
    assert pairs[0].paths == [predicted, truth, image, valid]
    assert find_pairs(predicted, truth)[0].paths == [predicted, truth]


def test_folders_pair_by_key_and_not_by_prefix(tmp_path: Path) -> None:
    predicted = fill(tmp_path / "p", "crop_10.gpkg", "crop_1.gpkg", "crop_2_output_graph.p")
    truth = fill(tmp_path / "t", "crop_1_mask.png", "crop_2_graph_gt.pickle", "crop_10_mask.png")
    pairs = find_pairs(predicted, truth)
    assert [(pair.name, pair.predicted.name, pair.truth.name) for pair in pairs] == [
        ("crop_1", "crop_1.gpkg", "crop_1_mask.png"),
        ("crop_10", "crop_10.gpkg", "crop_10_mask.png"),
        ("crop_2", "crop_2_output_graph.p", "crop_2_graph_gt.pickle"),
    ]


def test_images_beside_true_masks_are_theirs(tmp_path: Path) -> None:
    predicted = fill(tmp_path / "p", "a.gpkg", "b.gpkg")
    truth = fill(tmp_path / "t", "a.webp", "a_mask.png", "b.gpkg", "b.tif")
    first, second = find_pairs(predicted, truth)
    assert (first.truth.name, first.image) == ("a_mask.png", truth / "a.webp")
    assert second.image is None


def test_images_and_valid_masks_come_from_their_own_folders(tmp_path: Path) -> None:
    predicted, truth = fill(tmp_path / "p", "a_pred.p"), fill(tmp_path / "t", "a.p")
    image, valid = fill(tmp_path / "i", "a.tif", "a_mask.png", "z.tif"), fill(tmp_path / "v", "a_mask.png")
    (pair,) = find_pairs(predicted, truth, image=image, valid=valid)
    assert (pair.image, pair.valid) == (image / "a.tif", valid / "a_mask.png")


def test_sidecars_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    predicted = fill(
        tmp_path / "p", "a.gpkg", "a.gpkg-wal", "a.gpkg-shm", "a.qml", ".a.gpkg", "a.txt", "a.png.aux.xml"
    )
    truth = fill(
        tmp_path / "t", "a_mask.tif", "a_mask.tif.ovr", "a_mask.tif.msk", "a_mask.tfw", "._a_mask.tif"
    )
    (truth / "b.gpkg").mkdir()
    assert [pair.paths for pair in find_pairs(predicted, truth)] == [
        [predicted / "a.gpkg", truth / "a_mask.tif"]
    ]


def test_what_lacks_a_partner_is_counted_and_named(tmp_path: Path) -> None:
    predicted = fill(tmp_path / "p", "a.p", "b.p")
    truth = fill(tmp_path / "t", "b.p", *(f"c{number}.p" for number in range(7)))
    with pytest.raises(GraphError) as refusal:
        find_pairs(predicted, truth)
    told = str(refusal.value)
    assert "7 of 9 have no prediction" in told
    assert "1 of 9 have no truth" in told
    assert "c0, c1, c2, c3, c4 and 2 more" in told
    assert "--paired-only" in told
    assert [pair.name for pair in find_pairs(predicted, truth, paired_only=True)] == ["b"]


def test_a_pair_without_its_image_is_refused_or_passed_over(tmp_path: Path) -> None:
    predicted, truth = fill(tmp_path / "p", "a.p", "b.p"), fill(tmp_path / "t", "a.p", "b.p")
    image = fill(tmp_path / "i", "b.tif")
    with pytest.raises(GraphError, match=r"1 of 2 have no image in .*i \(a\)"):
        find_pairs(predicted, truth, image=image)
    pairs = find_pairs(predicted, truth, image=image, paired_only=True)
    assert [pair.name for pair in pairs] == ["b"]


def test_several_files_of_one_place_are_refused(tmp_path: Path) -> None:
    predicted = fill(tmp_path / "p", "a.p", "a_refine.p")
    truth = fill(tmp_path / "t", "a.p")
    with pytest.raises(GraphError, match=r"2 files for 'a' as prediction \(a.p, a_refine.p\)"):
        find_pairs(predicted, truth)


def test_folders_without_a_common_name_are_refused_even_if_only_pairs_count(tmp_path: Path) -> None:
    predicted, truth = fill(tmp_path / "p", "a.p"), fill(tmp_path / "t", "b.p")
    with pytest.raises(GraphError, match="No name is in all folders"):
        find_pairs(predicted, truth, paired_only=True)


def test_a_file_beside_a_folder_is_refused(tmp_path: Path) -> None:
    file, folder = fill(tmp_path, "a.p") / "a.p", fill(tmp_path / "t", "a.p")
    for predicted, truth in ((file, folder), (folder, file)):
        with pytest.raises(GraphError, match="is a folder: give files only, or folders only"):
            find_pairs(predicted, truth)
    with pytest.raises(GraphError, match="the image, is a file"):
        find_pairs(folder, folder, image=file)


def test_folders_without_roads_say_what_counts(tmp_path: Path) -> None:
    empty, truth = fill(tmp_path / "p", "a.png", "a.txt"), fill(tmp_path / "t", "a.p")
    with pytest.raises(GraphError, match=r"holds no prediction: .* names end in _mask"):
        find_pairs(empty, truth)
    with pytest.raises(GraphError, match="holds no image"):
        find_pairs(truth, truth, image=fill(tmp_path / "i"))


def test_missing_paths_are_named(tmp_path: Path) -> None:
    truth = fill(tmp_path, "a.p") / "a.p"
    with pytest.raises(GraphError, match=r"nowhere\.p, the prediction, does not exist"):
        find_pairs(tmp_path / "nowhere.p", truth)
    with pytest.raises(GraphError, match="the mask of valid pixels, does not exist"):
        find_pairs(truth, truth, valid=tmp_path / "nowhere.tif")


def test_the_massachusetts_folders_pair_with_themselves(data_dir: Path) -> None:
    folder = data_dir / "roads" / "massachusetts" / "test"
    pairs = find_pairs(folder, folder)
    assert len(pairs) == 13
    assert all(pair.truth.name == f"{pair.name}_mask.png" for pair in pairs)
    assert all(pair.image == folder / f"{pair.name}.webp" for pair in pairs)


def test_a_pipe_is_refused_before_it_is_waited_for(tmp_path: Path) -> None:
    fill(tmp_path, "truth.p")
    os.mkfifo(tmp_path / "pipe.p")
    with pytest.raises(GraphError, match=r"pipe\.p, the prediction, is neither a file nor a folder"):
        find_pairs(tmp_path / "pipe.p", tmp_path / "truth.p")
