# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""For batch3.sh, within GIMP 3's python-fu-eval: the stage DM_STAGE of working
with filters, in the current folder. Each stage prints lines "NAME: VALUE"."""
import os

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp, Gio  # noqa: E402

OPERATION = 'diffusion:fashion'
SIZE = 112
QUIETLY = Gimp.RunMode.NONINTERACTIVE


def new_image():
    image = Gimp.Image.new(SIZE, SIZE, Gimp.ImageBaseType.RGB)
    layer = Gimp.Layer.new(image, 'layer', SIZE, SIZE, Gimp.ImageType.RGBA_IMAGE, 100,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.fill(Gimp.FillType.WHITE)
    return image, layer


def print_classes(config):
    choice = Gimp.param_spec_choice_get_choice(config.find_property('class'))
    print('classes:', *choice.list_nicks())
    print('labels:', *(choice.get_label(nick) for nick in choice.list_nicks()), sep='|')


def new_filter(layer):
    """A bag, as batch3.sh draws it with the gegl program."""
    new = Gimp.DrawableFilter.new(layer, OPERATION, 'Diffusion')
    config = new.get_config()
    print_classes(config)
    for name, value in {'class': 'bag', 'guidance': 2.0, 'seed': 3, 'width': SIZE,
                        'height': SIZE}.items():
        config.set_property(name, value)
    new.set_blend_mode(Gimp.LayerMode.REPLACE)
    new.update()
    return new


def save(image, name):
    Gimp.file_save(QUIETLY, image, Gio.File.new_for_path(name), None)


def draw():
    image, layer = new_image()
    layer.merge_filter(new_filter(layer))
    print('merged, filters:', len(layer.get_filters()))
    save(image, 'merged.png')

    image, layer = new_image()
    layer.append_filter(new_filter(layer))
    print('appended, filters:', len(layer.get_filters()))
    save(image, 'live.xcf')
    save(image, 'live.png')


def load():
    image = Gimp.file_load(QUIETLY, Gio.File.new_for_path('live.xcf'))
    layer = image.get_layers()[0]
    for each in layer.get_filters():
        print('operation:', each.get_operation_name())
        print('class:', each.get_config().get_property('class'))
        print_classes(each.get_config())
    save(image, os.environ['DM_PICTURE'])


def repaint():
    """What is transparent, in colours and in those of a palette."""
    for kind in 'colours', 'palette':
        image = Gimp.file_load(QUIETLY, Gio.File.new_for_path('hole.png'))
        layer = image.get_layers()[0]
        if kind == 'palette':
            image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                                  32, False, False, '')
        save(image, kind + '-before.xcf')
        new = Gimp.DrawableFilter.new(layer, OPERATION + '-repaint', 'Repaint')
        new.get_config().set_property('class', 'bag')
        new.update()
        layer.merge_filter(new)
        save(image, kind + '.xcf')
        save(image, kind + '.png')


{'draw': draw, 'load': load, 'repaint': repaint}[os.environ['DM_STAGE']]()
