"""The check of every exercise: ``check.name(function)`` grades a student's ``name``.

The lessons' exercises live in ``nasedu.course.checks``, one module a lesson; how they are
written is told in ``nasedu.course.exercise``.
"""

from nasedu.course.checks.lesson_00 import best_so_far, reward_from_curve
from nasedu.course.checks.lesson_01 import decode_layer, encode_layer, space_size
from nasedu.course.checks.lesson_02 import conv_flop, conv_parameters, output_size, same_padding
from nasedu.course.checks.lesson_03 import joint_probabilities, log_prob, sample_token
from nasedu.course.checks.lesson_04 import grad_log_softmax, moving_average, reinforce_gradient
from nasedu.course.checks.lesson_05 import place_of, policy_gradient_loss, run_search
from nasedu.course.checks.lesson_06 import (
    batch_for_noise,
    leave_one_out_baseline,
    noise_to_signal,
)
from nasedu.course.checks.lesson_07 import anchor_probability, inputs_from_mask, loose_ends
from nasedu.course.checks.lesson_09 import bootstrap_interval, expected_best, share_of_wins
from nasedu.course.checks.lesson_10 import num_layers, pushes, rank_correlation
from nasedu.course.checks.lesson_11 import cell_space_size, cell_step, node_inputs
from nasedu.course.checks.lesson_12 import num_parameters, text_perplexity, tuned
from nasedu.course.checks.lesson_13 import (
    bits_per_character,
    corrected_correlation,
    transfer_regret,
)
from nasedu.course.checks.lesson_14 import share_at_work, staleness, sum_counted_once

__all__ = [
    "anchor_probability",
    "batch_for_noise",
    "best_so_far",
    "bits_per_character",
    "bootstrap_interval",
    "cell_space_size",
    "cell_step",
    "conv_flop",
    "conv_parameters",
    "corrected_correlation",
    "decode_layer",
    "encode_layer",
    "expected_best",
    "grad_log_softmax",
    "inputs_from_mask",
    "joint_probabilities",
    "leave_one_out_baseline",
    "log_prob",
    "loose_ends",
    "moving_average",
    "node_inputs",
    "noise_to_signal",
    "num_layers",
    "num_parameters",
    "output_size",
    "place_of",
    "policy_gradient_loss",
    "pushes",
    "rank_correlation",
    "reinforce_gradient",
    "reward_from_curve",
    "run_search",
    "same_padding",
    "sample_token",
    "share_at_work",
    "share_of_wins",
    "space_size",
    "staleness",
    "sum_counted_once",
    "text_perplexity",
    "transfer_regret",
    "tuned",
]
