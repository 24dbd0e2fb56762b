import matplotlib.pyplot as plt
import numpy as np

from medbook.plots import show_training


def test_losses_are_named_and_no_figure_stays_open(capsys):
    show_training(np.zeros((2, 8, 8, 1)), 12, {"generator_loss": 0.814, "discriminator_loss": 1.2})
    assert "epoch 12: generator loss 0.81, discriminator loss 1.20" in capsys.readouterr().out
    assert plt.get_fignums() == []
