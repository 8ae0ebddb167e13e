"""Threads of torch and OpenCV: one for the rooms whose tests run networks, and put back after a command line.

Import the fixtures in a conftest.
"""

from collections.abc import Iterator

import cv2
import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from more, and beside other work threads that wait for each other lose much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def threads_put_back() -> Iterator[None]:
    """The command line sets the number of threads for its process, which here goes on with other tests."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])
