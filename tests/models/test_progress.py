from medbook.models import ProgressBar
from tests.models.networks import tiny_images, tiny_network


def fit(capfd, **options):
    """Return what training writes to stdout, and the last state of the bar on stderr."""
    x, y = tiny_images()
    tiny_network().fit(x, y, verbose=0, **options)
    out, err = capfd.readouterr()
    return out, err.split("\r")[-1]


def test_stdout_stays_empty_and_stderr_shows_losses(capfd):
    out, bar = fit(capfd, epochs=2, callbacks=[ProgressBar()], validation_data=tiny_images())
    assert out == ""
    assert bar.startswith("tiny: 100%")
    assert "2/2" in bar
    assert "val_loss=0." in bar


def test_bar_with_description_goes_on_where_training_does(capfd):
    _, bar = fit(capfd, epochs=5, initial_epoch=3, callbacks=[ProgressBar("with dropout")])
    assert bar.startswith("with dropout: 100%")
    assert "5/5" in bar
