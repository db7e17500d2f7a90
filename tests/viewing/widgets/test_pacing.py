import threading
import time

from awaiting import until

from nasedu.viewing.widgets.pacing import Paced


def test_the_first_call_is_made_at_once_and_the_last_in_time():
    value, seen, start = 0, [], time.monotonic()
    paced = Paced(lambda: seen.append(value), 0.1)
    for value in range(50):  # noqa: B007
        paced()
        time.sleep(0.01)
    until(lambda: seen[-1] == 49)
    assert seen[0] == 0
    assert 0.1 * (len(seen) - 1) <= time.monotonic() - start


def test_now_does_not_wait_and_leaves_nothing_over():
    calls = []
    paced = Paced(lambda: calls.append(threading.current_thread()), 0.1)
    paced()
    paced()  # put off
    paced.now()
    assert calls == [threading.current_thread()] * 2
    time.sleep(0.3)
    assert len(calls) == 2


def test_a_slow_call_takes_no_more_than_its_share():
    calls, start = [], time.monotonic()

    def slow():
        time.sleep(0.05)
        calls.append("slow")

    paced = Paced(slow, 0.0, share=0.25)
    until(lambda: paced() or len(calls) == 3)
    assert time.monotonic() - start >= 2 * 0.05 / 0.25


def test_a_slow_call_does_not_wait_for_ever():
    calls = []

    def slow():
        time.sleep(0.05)
        calls.append("slow")

    paced = Paced(slow, 0.0, share=1e-9, longest=0.1)
    until(lambda: paced() or len(calls) == 3)


def test_calls_never_overlap():
    inside, most = 0, 0

    def call():
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.002)
        inside -= 1

    paced = Paced(call, 0.0)
    threads = [threading.Thread(target=lambda: [paced() for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
