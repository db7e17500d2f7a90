"""A strategy of one's own, in one class: scores of every choice, moved by what children earn."""

import torch

from nasedu.controller import UpdateStats


class Scores:
    name = "scores"

    def __init__(self, decisions, step=0.2):
        self.decisions, self.step = tuple(decisions), step
        self.scores = [torch.zeros(decision.num_tokens) for decision in self.decisions]

    @property
    def settings(self):
        return {"step": self.step}

    def ask(self, n, *, generator, num_layers=None):
        draw = {"num_samples": n, "replacement": True, "generator": generator}
        return torch.stack([torch.multinomial(s.softmax(0), **draw) for s in self.scores], 1)

    def tell(self, tokens, rewards):
        for row, gain in zip(tokens.tolist(), (rewards - rewards.mean()).tolist(), strict=True):
            for scores, token in zip(self.scores, row, strict=True):
                scores[token] += self.step * gain
        return UpdateStats(mean_reward=float(rewards.mean()))

    def state_dict(self):
        return {f"scores.{i}": scores for i, scores in enumerate(self.scores)}

    def load_state_dict(self, state):
        self.scores = [state[f"scores.{i}"].clone() for i in range(len(self.scores))]
