"""The network in OpenVINO computes what the same weights compute in torch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from rag.encoder.e5_file import E5File, open_e5
from rag.encoder.network import EncoderNetwork
from tests.tiny_e5 import write_tiny_e5
from training.network import load_encoder

ROWS = [[0, 8, 9, 10, 2], [0, 2], [0, *range(5, 60), 2], [0, 7, 2], [0, 90, 30, 2]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> E5File:
    return open_e5(write_tiny_e5(tmp_path_factory.mktemp("encoder") / "tiny.bin"))


def hidden_states(network: EncoderNetwork) -> list[np.ndarray[Any, Any]]:
    return [hidden[: len(row)] for row, (hidden,) in zip(ROWS, network.run(ROWS), strict=True)]


@pytest.mark.parametrize(("int8", "within"), [(False, 1e-4), (True, 0.2)])
def test_hidden_states_are_those_of_torch(file: E5File, int8: bool, within: float) -> None:
    network = EncoderNetwork(file, lambda hidden, _: [hidden], int8=int8)
    encoder = load_encoder(file)
    for row, states in zip(ROWS, hidden_states(network), strict=True):
        with torch.inference_mode():
            expected = encoder(input_ids=torch.tensor([row])).last_hidden_state[0].numpy()
        np.testing.assert_allclose(states, expected, atol=within)


def test_threads_share_a_network(file: E5File) -> None:
    network = EncoderNetwork(file, lambda hidden, _: [hidden], int8=False)
    alone = hidden_states(network)
    with ThreadPoolExecutor(3) as threads:
        for found in threads.map(lambda _: hidden_states(network), range(6)):
            for one, two in zip(found, alone, strict=True):
                np.testing.assert_allclose(one, two, atol=1e-5)
